/** From `keybearer serve` to the first 200 of /health/ready, and what it then holds in memory, against an empty Node. */
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { get } from "node:http"
import { createServer, type AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { keybearer } from "../test/serve.ts"
import { type Bench, type Figure, runAlone } from "./figure.ts"
import { interleave, median, residentMegabytesOf } from "./measure.ts"

export const benchStart: Bench = async ({ quick }) => {
  const [httpsPort, httpPort] = [await findFreePort(), await findFreePort()]
  const base = mkdtempSync(join(tmpdir(), "keybearer-bench-"))
  const resident: number[] = []
  const start = (data: string) => timeStart({ data, httpsPort, httpPort, resident })
  let directories = 0
  const onFreshData = () => start(join(base, String((directories += 1))))
  try {
    await onFreshData()
    const times = await interleave(quick ? 5 : 15, {
      emptyNode: timeEmptyNode,
      first: onFreshData,
      later: () => start(join(base, "1")),
    })
    const emptyNode = median(times.emptyNode)
    const toFigure = (name: string, values: number[]): Figure => ({
      name,
      value: median(values),
      unit: " ms",
      bar: { atMost: 400 },
      note: `${(median(values) / emptyNode).toFixed(1)} times an empty Node (${emptyNode.toFixed(0)} ms)`,
    })
    return [
      toFigure("start to ready, first start", times.first),
      toFigure("start to ready, later start", times.later),
      { name: "resident when ready", value: median(resident), unit: " MB", bar: { atMost: 120 } },
    ]
  } finally {
    rmSync(base, { recursive: true, force: true })
  }
}

interface Start {
  data: string
  httpsPort: number
  httpPort: number
  /** Gets what the server holds in memory. */
  resident: number[]
}

/** In milliseconds. */
async function timeStart({ data, httpsPort, httpPort, resident }: Start): Promise<number> {
  const startedAt = performance.now()
  const server = run(
    keybearer,
    "serve",
    "--data",
    data,
    "--port",
    `${httpsPort}`,
    "--http-port",
    `${httpPort}`,
  )
  const ended = new Promise((resolve) => server.on("exit", resolve))
  while (!(await answers(`http://127.0.0.1:${httpPort}/health/ready`))) {
    if (server.exitCode !== null) throw new Error(`The server ended with ${server.exitCode}`)
    await delay(1)
  }
  const elapsed = performance.now() - startedAt
  if (server.pid !== undefined) resident.push(residentMegabytesOf(server.pid))
  server.kill()
  await ended
  return elapsed
}

async function timeEmptyNode(): Promise<number> {
  const startedAt = performance.now()
  const node = run("-e", "0")
  await new Promise((resolve) => node.on("exit", resolve))
  return performance.now() - startedAt
}

function run(...parameters: string[]) {
  return spawn(process.execPath, parameters, { stdio: "ignore" })
}

function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    get(url, { agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    }).on("error", () => resolve(false))
  })
}

async function findFreePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

await runAlone(import.meta, benchStart)
