/** Load on a server: asks the generator process to drive it, and tells what each answer cost the server. */
import { readFileSync } from "node:fs"
import type { Bootstrap } from "../src/domain/installation/bootstrap.ts"
import type { Load, LoadResult } from "./load-generator.ts"
import { cpuSecondsOf } from "./measure.ts"
import { Worker } from "./processes.ts"

export type Target = Load["target"]

export interface LoadedServer {
  pid: number
  target: Target
  /** Requests as they go over the wire; see `toRequest`. */
  requests: readonly string[]
}

export class LoadGenerator {
  /** Servers that have had their first load, which compiles what all later ones run. */
  readonly #warm = new Set<number>()
  readonly #worker = new Worker<Load, LoadResult>("load-generator.ts", "driving")

  /** Answers requests per CPU second of the server. @throws when any answer was not 200 */
  async requestsPerCpuSecond({ pid, target, requests }: LoadedServer, seconds: number): Promise<number> {
    const load = { target, requests, connections: 32, seconds }
    await this.#worker.ask({ ...load, seconds: this.#warm.has(pid) ? seconds / 5 : Math.max(seconds, 2) })
    this.#warm.add(pid)
    const before = cpuSecondsOf(pid)
    const { answers } = await this.#worker.ask(load)
    const cpuSeconds = cpuSecondsOf(pid) - before
    const { 200: answered = 0, ...others } = answers
    if (Object.keys(others).length > 0)
      throw new Error(`Not every answer was 200: ${JSON.stringify(answers)}`)
    return answered / cpuSeconds
  }

  stop(): void {
    this.#worker.stop()
  }
}

/** The HTTPS listener, for the vault of that host name or for all the rest. */
export function httpsTarget(bootstrap: Bootstrap, host = "localhost"): Target {
  return {
    port: Number(new URL(bootstrap.authority).port),
    tls: { servername: host, ca: readFileSync(bootstrap.caCertificate, "utf8") },
  }
}

export function toRequest(
  method: string,
  url: string,
  headers: Record<string, string> = {},
  body = "",
): string {
  const { host, pathname, search } = new URL(url)
  const lines = Object.entries({ host, "content-length": String(Buffer.byteLength(body)), ...headers })
  return [
    `${method} ${pathname}${search} HTTP/1.1`,
    ...lines.map(([name, value]) => `${name}: ${value}`),
    "",
    body,
  ].join("\r\n")
}
