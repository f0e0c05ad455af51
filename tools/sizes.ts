/**
 * Sizes of functions, files and folders against STYLE.md section 12. It fails on the distribution (the 90th
 * percentiles), and prints what is worth another look; people decide about that.
 */
import { posix } from "node:path"
import { isTest, lineAt, walk, type Node, type Source } from "./sources.ts"

/** Data, whose length says nothing, and the conformance suite, which is a test. */
const exempt =
  /^src\/(wire\/|config\/schema\.ts$|storage\/(records\.ts|sql\/tables\.ts|migrations\/|conformance))/

const limits = { functionP90: 45, fileP90: 350 }
const lookAgain = { functionLines: 60, fileLines: 450, parameters: 4, exports: 5, folderEntries: 25 }

export interface FunctionSize {
  path: string
  line: number
  name: string
  lines: number
  parameters: number
}

export interface SizeReport {
  summary: string
  /** Worth another look. */
  offenders: string[]
  /** Percentiles beyond their limit. */
  problems: string[]
}

export function reportSizes(sources: readonly Source[]): SizeReport {
  const measured = sources.filter(
    ({ path }) => path.startsWith("src/") && !isTest(path) && !exempt.test(path),
  )
  const functions = measured.flatMap(measureFunctions)
  const files = measured.map(({ path, text }) => ({ path, lines: lineAt(text, text.length) }))
  const ofFunctions = percentiles(functions.map(({ lines }) => lines))
  const ofFiles = percentiles(files.map(({ lines }) => lines))

  const problems: string[] = []
  if (ofFunctions.p90 > limits.functionP90) {
    problems.push(`Functions: p90 is ${ofFunctions.p90} lines, the limit is ${limits.functionP90}`)
  }
  if (ofFiles.p90 > limits.fileP90)
    problems.push(`Files: p90 is ${ofFiles.p90} lines, the limit is ${limits.fileP90}`)

  return {
    summary: `${functions.length} functions ${spell(ofFunctions)}, ${files.length} files ${spell(ofFiles)} lines`,
    offenders: [
      ...functions.flatMap(lookAtFunction),
      ...files
        .filter(({ lines }) => lines > lookAgain.fileLines)
        .map(({ path, lines }) => `${path}: ${lines} lines`),
      ...measured.flatMap(lookAtExports),
      ...lookAtFolders(sources),
    ],
    problems,
  }
}

/** Functions with a body in braces, however written; a one-line arrow is an expression, not a function to read. */
export function measureFunctions({ path, text, parsed }: Source): FunctionSize[] {
  const found: FunctionSize[] = []
  const names = new Map<unknown, string>()
  walk(parsed.program, (node) => {
    nameFunctionIn(node, names)
    if (!isFunctionWithBody(node)) return
    const first = lineAt(text, node.start)
    const name = (node["id"] as { name?: string } | null)?.name ?? names.get(node) ?? "(anonymous)"
    const parameters = (node["params"] as unknown[]).length
    found.push({ path, line: first, name, lines: lineAt(text, node.end) - first + 1, parameters })
  })
  return found
}

function isFunctionWithBody(node: Node): boolean {
  const isFunction = ["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"].includes(
    node.type,
  )
  return isFunction && (node["body"] as Node | null)?.type === "BlockStatement"
}

/** `const name = () => …`, `{ name: () => … }` and `class { name() … }`: the function's name stands outside it. */
function nameFunctionIn(node: Node, names: Map<unknown, string>): void {
  const named = node["id"] ?? node["key"]
  const value = node["init"] ?? node["value"]
  if (typeof named === "object" && named !== null && "name" in named) names.set(value, String(named.name))
}

function lookAtFunction({ path, line, name, lines, parameters }: FunctionSize): string[] {
  const told: string[] = []
  if (lines > lookAgain.functionLines) told.push(`${path}:${line} ${name}: ${lines} lines`)
  if (parameters > lookAgain.parameters) told.push(`${path}:${line} ${name}: ${parameters} parameters`)
  return told
}

function lookAtExports({ path, parsed }: Source): string[] {
  if (path.endsWith("/index.ts")) return []
  const count = parsed.module.staticExports
    .flatMap(({ entries }) => entries)
    .filter(({ isType, exportName }) => !isType && exportName.name !== null).length
  return count > lookAgain.exports ? [`${path}: ${count} exports`] : []
}

function lookAtFolders(sources: readonly Source[]): string[] {
  const entries = new Map<string, Set<string>>()
  for (const { path } of sources.filter((source) => !isTest(source.path))) {
    for (let entry = path; posix.dirname(entry) !== "."; entry = posix.dirname(entry)) {
      const folder = posix.dirname(entry)
      entries.set(folder, (entries.get(folder) ?? new Set()).add(entry))
    }
  }
  return [...entries]
    .filter(([, inside]) => inside.size > lookAgain.folderEntries)
    .map(([folder, inside]) => `${folder}/: ${inside.size} entries`)
}

interface Percentiles {
  median: number
  p90: number
  longest: number
}

function percentiles(numbers: readonly number[]): Percentiles {
  const sorted = [...numbers].sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
  return { median: at(0.5), p90: at(0.9), longest: at(1) }
}

function spell({ median, p90, longest }: Percentiles): string {
  return `${median}/${p90}/${longest} (median/p90/longest)`
}
