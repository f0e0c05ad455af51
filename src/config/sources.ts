/** Where values come from: flags, environment and file, each read into the same shape, unchecked. */
import { findNearest } from "./nearest.ts"
import { type Environment, isOptionName, optionNames, type OptionName, options, toFlag } from "./schema.ts"

/** A value as given, and how the one who gave it calls it. */
export interface Given {
  value: unknown
  source: string
}

export type GivenValues = Map<OptionName, Given>

const flagNames = new Map(optionNames.map((name) => [toFlag(name), name]))

/** `--port 8443`, `--port=8443`, `--ephemeral`, `--no-ephemeral`. The last of several wins. */
export function readFlags(argv: readonly string[], problems: string[]): GivenValues {
  const given: GivenValues = new Map()
  const rest = [...argv]
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    if (!argument.startsWith("--")) {
      problems.push(`"${argument}" is not expected here: options begin with "--"`)
      continue
    }
    const { flag, value } = splitFlag(argument)
    const name = flagNames.get(flag)
    const denied = flagNames.get(flag.replace(/^--no-/, "--"))
    if (
      name === undefined &&
      denied !== undefined &&
      options[denied].type === "boolean" &&
      value === undefined
    ) {
      given.set(denied, { value: false, source: flag })
    } else if (name === undefined) {
      problems.push(`There is no option ${flag}${didYouMean(flag, flagNames.keys())}`)
      takeValue(rest)
    } else if (options[name].type === "boolean") {
      given.set(name, { value: value ?? true, source: flag })
    } else {
      const taken = value ?? takeValue(rest)
      if (taken === undefined) problems.push(`${flag} needs a value`)
      else given.set(name, { value: taken, source: flag })
    }
  }
  return given
}

function splitFlag(argument: string): { flag: string; value?: string } {
  const equals = argument.indexOf("=")
  if (equals === -1) return { flag: argument }
  return { flag: argument.slice(0, equals), value: argument.slice(equals + 1) }
}

/** A next argument that is an option itself is no value: its own was forgotten. */
function takeValue(rest: string[]): string | undefined {
  return rest[0]?.startsWith("--") ? undefined : rest.shift()
}

/** An empty variable counts as not set, as composed and templated environments leave them. */
export function readEnvironment(env: Environment): GivenValues {
  const given: GivenValues = new Map()
  for (const name of optionNames) {
    const source = options[name].environment
    const value = env[source]
    if (value !== undefined && value !== "") given.set(name, { value, source })
  }
  return given
}

/** The options in the text of a JSON or YAML file. JSON is YAML. */
export async function readConfigText(text: string, path: string, problems: string[]): Promise<GivenValues> {
  const given: GivenValues = new Map()
  const content = await parseYaml(text, path, problems)
  if (content === undefined || content === null) return given
  if (typeof content !== "object" || Array.isArray(content)) {
    problems.push(`${path} has to hold options as "name: value"`)
    return given
  }
  for (const [key, value] of flatten(content)) {
    if (value === null) continue
    const source = `${key} in ${path}`
    if (key === "config") problems.push(`${source} is not possible: one file cannot name another`)
    else if (isOptionName(key)) given.set(key, { value, source })
    else problems.push(`There is no option ${source}${didYouMean(key, optionNames)}`)
  }
  return given
}

async function parseYaml(text: string, path: string, problems: string[]): Promise<unknown> {
  const { LineCounter, parseDocument } = await import("yaml")
  const lineCounter = new LineCounter()
  // Pretty errors quote the text, which may hold what nobody should print.
  const document = parseDocument(text, { prettyErrors: false, lineCounter, logLevel: "error" })
  const [error] = document.errors
  if (error === undefined) return document.toJS({ maxAliasCount: 10 })
  const { line, col } = lineCounter.linePos(error.pos[0])
  problems.push(`${path} is neither JSON nor YAML: ${error.code} in line ${line}, column ${col}`)
  return undefined
}

/** `{ appTokens: { issuer } }` → `appTokens.issuer`, for groups that exist. */
function flatten(content: object): [string, unknown][] {
  return Object.entries(content).flatMap(([key, value]: [string, unknown]): [string, unknown][] => {
    const isGroup = optionNames.some((name) => name.startsWith(`${key}.`))
    if (!isGroup || typeof value !== "object" || value === null) return [[key, value]]
    return Object.entries(value).map(([member, inner]: [string, unknown]) => [`${key}.${member}`, inner])
  })
}

function didYouMean(word: string, candidates: Iterable<string>): string {
  const nearest = findNearest(word, candidates)
  return nearest === undefined ? "" : `. Did you mean ${nearest}?`
}
