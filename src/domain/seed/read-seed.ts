import { readFileSync } from "node:fs"
import { dirname, resolve as resolvePath } from "node:path"
import * as v from "valibot"
import { SeedError } from "./seed-error.ts"
import { createSeedSchema, type Reference, type Seed } from "./seed-schema.ts"

/** What a seed file may refer to. */
export interface SeedReader {
  env: Readonly<Record<string, string | undefined>>
  /** Where the paths in it begin. */
  directory: string
}

/**
 * Reads a seed file with everything it refers to.
 * @throws SeedError with every problem there is
 */
export async function readSeed(path: string, env: SeedReader["env"]): Promise<Seed> {
  let text: string
  try {
    text = readFileSync(path, "utf8")
  } catch (error) {
    throw new SeedError([`"${path}" cannot be read (${codeOf(error)})`], { cause: error })
  }
  return parseSeed(text, { env, directory: dirname(path) })
}

/**
 * Makes a seed of JSON or YAML text.
 * @throws SeedError with every problem there is
 */
export async function parseSeed(text: string, reader: SeedReader): Promise<Seed> {
  const schema = createSeedSchema((reference) => resolveReference(reference, reader))
  const result = v.safeParse(schema, (await parseText(text)) ?? {})
  if (result.success) return result.output
  throw new SeedError(result.issues.map(toProblem))
}

function resolveReference({ value, file, env }: Reference, reader: SeedReader): Uint8Array {
  if (value !== undefined) return Buffer.from(value, "utf8")
  if (file !== undefined) return readReferencedFile(resolvePath(reader.directory, file))
  const found = reader.env[env ?? ""]
  if (found === undefined || found === "")
    throw new Error(`refers to the environment variable ${env}, which is not set`)
  return Buffer.from(found, "utf8")
}

function readReferencedFile(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new Error(`refers to the file "${path}", which cannot be read (${codeOf(error)})`, { cause: error })
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "unknown error"
}

/** Neither parser's own message is shown: both quote the text, which may hold secrets. */
async function parseText(text: string): Promise<unknown> {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return parseYaml(text)
  }
}

async function parseYaml(text: string): Promise<unknown> {
  // Only who writes YAML waits for its parser.
  const { LineCounter, parseDocument } = await import("yaml")
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, prettyErrors: false })
  if (document.errors.length === 0) return document.toJS({ maxAliasCount: 100 }) as unknown
  throw new SeedError(
    document.errors.map(({ code, pos: [start] }) => {
      const { line, col } = lineCounter.linePos(start)
      return `line ${line}, column ${col}: is neither JSON nor YAML (${code})`
    }),
  )
}

function toProblem(issue: v.BaseIssue<unknown>): string {
  return `${placeOf(issue)}: ${sentenceOf(issue)}`
}

/** `vaults[0].secrets[1].name` */
function placeOf(issue: v.BaseIssue<unknown>): string {
  const path = issue.path?.map(({ key }) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)) ?? []
  return path.join("").replace(/^\./, "") || "the whole file"
}

/** What was received is not repeated: it may be a secret in the wrong place. */
function sentenceOf({ type, kind, expected, received, message }: v.BaseIssue<unknown>): string {
  if (type === "strict_object" && expected === "never") return "is no member that a seed file has here"
  if (received === "undefined") return "is missing"
  const isOurs = kind !== "schema" || type === "union"
  return isOurs ? message : `has to be ${kinds[type] ?? expected ?? "something else"}`
}

const kinds: { readonly [type: string]: string } = {
  string: "text; put it in quotes",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  record: "an object",
  strict_object: "an object",
}
