/**
 * Claims in docs/ that code can prove: rows of docs/compatibility.md name tests that exist, every error code of the
 * catalogues has its place in docs/errors/, and links between our own pages lead somewhere.
 *
 * A table of docs/compatibility.md with a column `Test` says in each row, once or more with `<br>` between:
 * `src/protocols/keyvault/secrets.test.ts` "sets a secret". The title is the one written in the file.
 *
 * A code has its place by a page of its name (docs/errors/AADSTS7000222.md) or by a heading that holds it.
 */
import { existsSync, globSync, readFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { parseSource, walk, type Node } from "./sources.ts"

export function findDocsProblems(root: string): string[] {
  return [...findUnprovenClaims(root), ...findUndocumentedCodes(root), ...findDeadLinks(root)]
}

const compatibility = "docs/compatibility.md"

export function findUnprovenClaims(root: string): string[] {
  const text = readIfThere(join(root, compatibility))
  if (text === undefined) return []
  const titles = new Map<string, Set<string> | undefined>()
  return testCells(text).flatMap(({ line, cell }) => {
    const claims = cell.split(/<br ?\/?>/).map((claim) => /^\s*`([^`]+\.test\.ts)`\s*"(.+)"\s*$/.exec(claim))
    return claims.flatMap((claim) => {
      const where = `${compatibility}:${line}`
      if (!claim) return [`${where} names no test: write \`path.test.ts\` "title" in the column Test`]
      const [, path = "", title = ""] = claim
      if (!titles.has(path)) titles.set(path, readTitles(join(root, path)))
      const known = titles.get(path)
      if (!known) return [`${where} names ${path}, which does not exist`]
      if (!known.has(title)) return [`${where}: ${path} has no test "${title}" that runs`]
      return []
    })
  })
}

/** The cells of the column `Test`, of every table that has one. */
function testCells(markdown: string): { line: number; cell: string }[] {
  const found: { line: number; cell: string }[] = []
  let column = -1
  let isBody = false
  for (const [at, text] of markdown.split("\n").entries()) {
    const cells = cellsOf(text)
    if (cells.length === 0) {
      column = -1
      isBody = false
    } else if (/^[\s|:-]+$/.test(text)) isBody = true
    else if (!isBody) column = cells.indexOf("Test")
    else if (column !== -1) found.push({ line: at + 1, cell: cells[column] ?? "" })
  }
  return found
}

function cellsOf(row: string): string[] {
  if (!row.trimStart().startsWith("|")) return []
  const cells = row
    .trim()
    .slice(1)
    .split(/(?<!\\)\|/)
  return cells.map((cell) => cell.trim().replaceAll(String.raw`\|`, "|"))
}

/**
 * Titles that a test file gives its tests, in place or in a table that it loops over, so every text in it counts,
 * save the titles of tests that are skipped.
 */
function readTitles(path: string): Set<string> | undefined {
  const text = readIfThere(path)
  if (text === undefined) return undefined
  const titles = new Set<string>()
  const skipped = new Set<unknown>()
  walk(parseSource(path, text).parsed.program, (node) => {
    if (node.type === "CallExpression" && isSkipped(text, node)) skipped.add((node["arguments"] as Node[])[0])
    if (skipped.has(node)) return
    if (node.type === "Literal" && typeof node["value"] === "string") titles.add(node["value"])
    if (node.type === "TemplateLiteral") titles.add(text.slice(node.start + 1, node.end - 1))
  })
  return titles
}

function isSkipped(text: string, call: Node): boolean {
  const callee = call["callee"] as Node
  return /^(test|it|describe)\.(skip|todo)\b/.test(text.slice(callee.start, callee.end))
}

interface Catalogue {
  path: string
  /** The codes of the file's text, as people meet them. */
  codesOf: (text: string) => string[]
}

const catalogues: readonly Catalogue[] = [
  { path: "src/wire/aadsts.ts", codesOf: aadstsCodes },
  { path: "src/wire/keyvault.ts", codesOf: codesByName },
  { path: "src/wire/arm.ts", codesOf: codesByName },
  { path: "src/wire/app-token.ts", codesOf: codesByName },
]

export function findUndocumentedCodes(root: string): string[] {
  const documented = documentedWords(join(root, "docs/errors"))
  return catalogues.flatMap(({ path, codesOf }) => {
    const text = readIfThere(join(root, path))
    if (text === undefined) return []
    const codes = [...new Set(codesOf(text))]
    if (codes.length === 0) return [`${path} has no code that tools/docs.ts can find`]
    const missing = codes.filter((code) => !documented.has(code))
    return missing.map(
      (code) => `${path} has ${code}, docs/errors/ has neither a page ${code}.md nor a heading with it`,
    )
  })
}

/** Numbers of five to eight digits: keys of a table, or values of `code` and `number`. */
export function aadstsCodes(text: string): string[] {
  const codes: string[] = []
  walk(parseSource("aadsts.ts", text).parsed.program, (node) => {
    if (node.type !== "Property") return
    for (const part of [node["key"], node["value"]] as Node[]) {
      const digits = part.type === "Literal" ? /^(?:AADSTS)?(\d{5,8})$/.exec(String(part["value"])) : null
      if (digits) codes.push(`AADSTS${digits[1]}`)
    }
  })
  return codes
}

/** What a constant called `…Codes` or `…Errors` holds: texts of a list, or of an object's values, else its keys. */
export function codesByName(text: string): string[] {
  const codes: string[] = []
  walk(parseSource("wire.ts", text).parsed.program, (node) => {
    const name = (node["id"] as { name?: string } | null | undefined)?.name ?? ""
    if (node.type === "VariableDeclarator" && /(codes?|errors?)$/i.test(name)) {
      codes.push(...wordsOf(unwrapped(node["init"] as Node)))
    }
  })
  return codes
}

/** `{…} as const satisfies …` without what is only for the type checker. */
function unwrapped(node: Node): Node {
  return "expression" in node && typeof node["expression"] === "object"
    ? unwrapped(node["expression"] as Node)
    : node
}

function wordsOf(node: Node): string[] {
  if (node.type === "ArrayExpression") return (node["elements"] as Node[]).flatMap(textOf)
  if (node.type !== "ObjectExpression") return []
  return (node["properties"] as Node[]).flatMap((property) => {
    const value = textOf(property["value"] as Node)
    const key = property["key"] as Node & { name?: string }
    return value.length > 0 ? value : [key.name ?? String(key["value"])]
  })
}

function textOf(node: Node): string[] {
  return node.type === "Literal" && typeof node["value"] === "string" ? [node["value"]] : []
}

/** Names of the pages, and the words of all headings. */
function documentedWords(folder: string): Set<string> {
  const pages = globSync("**/*.md", { cwd: folder })
  const headings = pages.flatMap((page) => readFileSync(join(folder, page), "utf8").match(/^#+ .*$/gm) ?? [])
  return new Set([
    ...pages.map((page) => basename(page, ".md")),
    ...headings.flatMap((line) => line.match(/\w+/g) ?? []),
  ])
}

/** Links to files that are not there. Addresses of the web are not looked at, nor are headings. */
export function findDeadLinks(root: string): string[] {
  return globSync(["*.md", "docs/**/*.md"], { cwd: root }).flatMap((page) => {
    const links = readFileSync(join(root, page), "utf8").matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g)
    const dead = [...links]
      .map(([, target = ""]) => target)
      .filter((target) => !existsSync(join(root, dirname(page), target)))
    return dead.map((target) => `${page} links to ${target}, which does not exist`)
  })
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined
}
