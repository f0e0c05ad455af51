/**
 * The source tree as the checkers see it: every TypeScript file with its syntax tree and its imports.
 * It reads and parses; the rules are in borders.ts, sizes.ts, folders.ts and docs.ts.
 */
import { globSync, readFileSync } from "node:fs"
import { join, posix } from "node:path"
import { parseSync, type ParseResult, type StaticExport, type StaticImport } from "oxc-parser"

/** How an import binds: `types` are erased, `lazy` is `import()`, `value` is loaded with the file. */
export type ImportKind = "value" | "types" | "lazy"

export interface Import {
  /** As written. */
  specifier: string
  kind: ImportKind
  /** The names taken, as the other module spells them; `*` for a namespace, `default` for a default import. */
  names: string[]
  line: number
  /** Path from the root of the file it leads to; undefined for packages and `node:`. */
  target?: string
}

export interface Source {
  /** Path from the root, with forward slashes. */
  path: string
  text: string
  imports: Import[]
  parsed: ParseResult
}

/** A syntax node: what all checkers need of it. */
export interface Node {
  type: string
  start: number
  end: number
  [key: string]: unknown
}

/** Every TypeScript file under the given folders, sorted by path. */
export function readSources(root: string, folders: readonly string[]): Source[] {
  return folders
    .flatMap((folder) => globSync(`${folder}/**/*.{ts,tsx}`, { cwd: root, exclude: isGenerated }))
    .map((path) => path.replaceAll("\\", "/"))
    .sort()
    .map((path) => parseSource(path, readFileSync(join(root, path), "utf8")))
}

/** @throws Error when the text cannot be parsed: a tree with holes would pass checks it should fail. */
export function parseSource(path: string, text: string): Source {
  const parsed = parseSync(path, text)
  const [problem] = parsed.errors
  if (problem) throw new Error(`Cannot parse ${path}: ${problem.message}`)
  return { path, text, parsed, imports: importsOf(path, text, parsed) }
}

export function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path)
}

/** 1 for the first line. */
export function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) line++
  return line
}

/** Calls `visit` for every node below and including `node`, parents first. */
export function walk(node: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(node)) {
    for (const item of node) walk(item, visit)
  } else if (isNode(node)) {
    visit(node)
    for (const value of Object.values(node)) {
      if (typeof value === "object") walk(value, visit)
    }
  }
}

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"
}

function isGenerated(path: string): boolean {
  return /(^|[\\/])(node_modules|dist)$/.test(path)
}

function importsOf(path: string, text: string, parsed: ParseResult): Import[] {
  const found = [
    ...parsed.module.staticImports.map(fromImport),
    ...parsed.module.staticExports.flatMap(fromExport),
    ...lazyImports(parsed),
  ]
  return found.map(({ start, ...rest }) => {
    const isOurs = rest.specifier.startsWith(".")
    const target = isOurs ? { target: posix.join(posix.dirname(path), rest.specifier) } : {}
    return { ...rest, line: lineAt(text, start), ...target }
  })
}

type Found = Omit<Import, "line" | "target"> & { start: number }

function fromImport({ moduleRequest, entries, start }: StaticImport): Found {
  const isTypes = entries.length > 0 && entries.every((entry) => entry.isType)
  const names = entries.filter((entry) => !entry.isType).map(({ importName }) => nameOf(importName))
  return { specifier: moduleRequest.value, kind: isTypes ? "types" : "value", names, start }
}

function fromExport({ entries, start }: StaticExport): Found[] {
  const passedOn = entries.filter((entry) => entry.moduleRequest)
  const [first] = passedOn
  if (!first?.moduleRequest) return []
  const isTypes = passedOn.every((entry) => entry.isType)
  const names = passedOn.map(({ importName }) => nameOf(importName))
  return [{ specifier: first.moduleRequest.value, kind: isTypes ? "types" : "value", names, start }]
}

function nameOf({ kind, name }: { kind: string; name: string | null }): string {
  return name ?? (kind === "Default" ? "default" : "*")
}

/** `import("x")` and the type `import("x").Y`; a computed specifier cannot be checked and is left out. */
function lazyImports(parsed: ParseResult): Found[] {
  const found: Found[] = []
  walk(parsed.program, (node) => {
    if (node.type !== "ImportExpression" && node.type !== "TSImportType") return
    const specifier = isNode(node["source"]) ? node["source"]["value"] : undefined
    if (typeof specifier !== "string") return
    const kind = node.type === "ImportExpression" ? "lazy" : "types"
    found.push({ specifier, kind, names: ["*"], start: node.start })
  })
  return found
}
