/**
 * `keybearer account get-access-token` with the token in its cache, against an empty Node script: what the command adds
 * to the start of Node. /bin/true shows what starting any process costs.
 */
import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { keybearer } from "../test/serve.ts"
import { type Bench, runAlone } from "./figure.ts"
import { cpuSecondsOfChildren, interleave, median } from "./measure.ts"
import { serveMeasured } from "./served-vault.ts"

const runsInRow = 4

export const benchCachedToken: Bench = async ({ quick }) => {
  const rounds = quick ? 8 : 30
  const directory = mkdtempSync(join(tmpdir(), "keybearer-bench-"))
  const emptyScript = join(directory, "empty.js")
  writeFileSync(emptyScript, "")
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: directory,
    KEYBEARER_CONFIG_DIR: join(directory, "config"),
  }
  const server = await serveMeasured()
  try {
    const cli = (...words: string[]) =>
      execFileSync(process.execPath, [keybearer, ...words], { env, encoding: "utf8" })
    cli("login", "--bootstrap", server.bootstrapFile)
    const command = ["account", "get-access-token", "--resource", "https://vault.azure.net"]
    const token = cli(...command)
    await server.stop()
    if (cli(...command) !== token) throw new Error("The second token did not come from the cache")

    const cpu: Record<"cached" | "empty", number[]> = { cached: [], empty: [] }
    const timed = (name: "cached" | "empty", program: string, words: string[]) => async () => {
      const cpuBefore = cpuSecondsOfChildren()
      const times = Array.from({ length: runsInRow }, () => timeRun(program, words, env))
      cpu[name].push((cpuSecondsOfChildren() - cpuBefore) / runsInRow)
      return median(times)
    }
    const wall = await interleave(rounds, {
      empty: timed("empty", process.execPath, [emptyScript]),
      cached: timed("cached", process.execPath, [keybearer, ...command]),
      any: async () => timeRun("/bin/true", [], env),
    })
    const sum = (values: number[]) => values.reduce((total, each) => total + each, 0)
    const [cached, empty] = [median(wall.cached), median(wall.empty)]
    return [
      {
        name: "cached get-access-token, time against an empty Node script",
        value: cached / empty,
        unit: "x",
        bar: { atMost: 1.15 },
        note: `${cached.toFixed(1)} ms against ${empty.toFixed(1)} ms; any process ${median(wall.any).toFixed(1)} ms`,
      },
      {
        name: "cached get-access-token, CPU against an empty Node script",
        value: sum(cpu.cached) / sum(cpu.empty),
        unit: "x",
        bar: { atMost: 1.15 },
      },
    ]
  } finally {
    await server.remove()
    rmSync(directory, { recursive: true, force: true })
  }
}

function timeRun(program: string, words: string[], env: NodeJS.ProcessEnv): number {
  const startedAt = performance.now()
  const { status, stderr } = spawnSync(program, words, { env })
  const elapsed = performance.now() - startedAt
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${String(stderr)}`)
  return elapsed
}

await runAlone(import.meta, benchCachedToken)
