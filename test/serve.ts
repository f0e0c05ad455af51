/**
 * A server for one judge: `bin/keybearer serve` in a process of its own, on free ports, over a data directory that goes
 * away with it. Tests of official clients, the tour and the bench share it; tests of one surface call it without sockets
 * (test/boot.ts).
 */
import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { get } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import type { Bootstrap } from "../src/domain/installation/bootstrap.ts"

export const keybearer = join(import.meta.dirname, "..", "bin", "keybearer")

export interface ServeOptions {
  /** What `--seed` declares. */
  seed?: object
  /** More flags of `keybearer serve`. */
  flags?: readonly string[]
  /** A command before it, such as `taskset -c 1`. */
  launcher?: readonly string[]
}

export class ServerProcess {
  /** Holds `store`, the data directory of the server, and what it was started with. */
  readonly directory = mkdtempSync(join(tmpdir(), "keybearer-"))
  readonly dataDirectory = join(this.directory, "store")
  readonly bootstrapFile = join(this.directory, "bootstrap.json")
  readonly #options: ServeOptions
  readonly #output: string[] = []
  #child: ChildProcess | undefined
  #bootstrap: Bootstrap | undefined

  constructor(options: ServeOptions) {
    this.#options = options
    if (options.seed) writeFileSync(this.#seedFile, JSON.stringify(options.seed), { mode: 0o600 })
  }

  get bootstrap(): Bootstrap {
    if (!this.#bootstrap) throw new TypeError("The server has not been started")
    return this.#bootstrap
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new TypeError("The server does not run")
    return this.#child.pid
  }

  /** All it has written to standard output and standard error. */
  get output(): string {
    return this.#output.join("")
  }

  /** Resolves when it is ready. Later starts take the ports of the first, so that every address stays true. */
  async start(): Promise<this> {
    const [program = "", ...parameters] = [
      ...(this.#options.launcher ?? []),
      process.execPath,
      keybearer,
      ...this.#flags(),
    ]
    const child = spawn(program, parameters, { env: environment(), stdio: ["ignore", "pipe", "pipe"] })
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => this.#output.push(text))
    }
    const ended = new Promise<never>((_resolve, reject) => {
      child.on("error", reject)
      child.on("exit", (code) => reject(new Error(`The server ended with ${code}:\n${this.output}`)))
    })
    ended.catch(() => undefined)
    await Promise.race([this.#ready(), ended])
    return this
  }

  /** Ends it, by default as an operator would. Answers its exit code; null when the signal ended it. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    const child = this.#child
    if (!child) return null
    this.#child = undefined
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve))
    child.kill(signal)
    return ended
  }

  /** Stops it and removes everything it wrote. */
  async remove(): Promise<void> {
    await this.stop()
    rmSync(this.directory, { recursive: true, force: true })
  }

  get #seedFile(): string {
    return join(this.directory, "seed.json")
  }

  #flags(): string[] {
    const known = this.#bootstrap
    const flags = {
      data: this.dataDirectory,
      port: known ? new URL(known.authority).port : "0",
      "http-port": known ? new URL(known.managedIdentity).port : "0",
      "bootstrap-file": this.bootstrapFile,
      ...(this.#options.seed && { seed: this.#seedFile }),
    }
    const words = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value])
    return ["serve", ...words, ...(this.#options.flags ?? [])]
  }

  async #ready(): Promise<void> {
    while (!existsSync(this.bootstrapFile)) await delay(2)
    this.#bootstrap ??= JSON.parse(readFileSync(this.bootstrapFile, "utf8")) as Bootstrap
    const health = `${this.#bootstrap.managedIdentity}/health/ready`
    while ((await statusOf(health)) !== 200) await delay(2)
  }
}

/** Starts a server and waits until it is ready. */
export function serve(options: ServeOptions = {}): Promise<ServerProcess> {
  return new ServerProcess(options).start()
}

/** Ours without what configures keybearer itself, so that a person's own settings change no test. */
function environment(): NodeJS.ProcessEnv {
  const names = Object.keys(process.env).filter((name) => !name.startsWith("KEYBEARER_"))
  return Object.fromEntries(names.map((name) => [name, process.env[name]]))
}

/** 0 when nobody listens yet. */
function statusOf(url: string): Promise<number> {
  return new Promise((resolve) => {
    get(url, { agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    }).on("error", () => resolve(0))
  })
}
