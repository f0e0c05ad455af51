/**
 * `npm run check`: everything about the code that a machine can judge without running it. One line a check when it
 * passes, its output when it does not; the exit code is non-zero if any failed.
 */
import { spawn } from "node:child_process"
import { join } from "node:path"
import { performance } from "node:perf_hooks"
import { findBorderProblems } from "./borders.ts"
import { findDocsProblems } from "./docs.ts"
import { findFolderProblems } from "./folders.ts"
import { reportSizes } from "./sizes.ts"
import { readSources } from "./sources.ts"

interface Outcome {
  passed: boolean
  /** For people: after the line of a check that passed, below that of one that failed. */
  notes: string[]
}

interface Check {
  name: string
  run: () => Outcome | Promise<Outcome>
}

const root = join(import.meta.dirname, "..")
const sources = readSources(root, ["src", "console"])

const checks: readonly Check[] = [
  { name: "types", run: () => runTool("tsc") },
  { name: "lint", run: () => runTool("oxlint", "--deny-warnings") },
  { name: "format (npm run fix mends it)", run: () => runTool("oxfmt", "--list-different") },
  { name: "unused", run: () => runTool("knip", "--no-progress") },
  {
    name: "borders",
    run: () =>
      told(findBorderProblems(sources).map(({ path, line, message }) => `${path}:${line} ${message}`)),
  },
  { name: "folders", run: () => told(findFolderProblems(sources)) },
  { name: "sizes", run: checkSizes },
  { name: "docs", run: () => told(findDocsProblems(root)) },
]

const failed = (await Promise.all(checks.map(report))).filter((passed) => !passed).length
console.log(
  failed === 0 ? `all ${checks.length} checks passed` : `${failed} of ${checks.length} checks failed`,
)
process.exitCode = failed === 0 ? 0 : 1

async function report({ name, run }: Check): Promise<boolean> {
  const startedAt = performance.now()
  const { passed, notes } = await run()
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  console.log(
    [`${passed ? "ok" : "FAILED"} ${name} ${seconds} s`, ...notes.map((note) => `  ${note}`)].join("\n"),
  )
  return passed
}

function told(problems: string[]): Outcome {
  return { passed: problems.length === 0, notes: problems }
}

function checkSizes(): Outcome {
  const { summary, offenders, problems } = reportSizes(sources)
  const lookAgain = offenders.map((offender) => `look again: ${offender}`)
  return { passed: problems.length === 0, notes: [summary, ...problems, ...lookAgain] }
}

/** Runs a program of node_modules; silent when it passes. */
async function runTool(program: string, ...parameters: string[]): Promise<Outcome> {
  const child = spawn(join(root, "node_modules", ".bin", program), parameters, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  })
  const printed: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => printed.push(text))
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject).on("close", resolve)
  })
  return { passed: code === 0, notes: code === 0 ? [] : printed.join("").trim().split("\n") }
}
