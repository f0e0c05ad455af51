/** What a traveller carries: the throw-away server, a directory for files, and the programs that people have. */
import { spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Bootstrap } from "../../src/domain/installation/bootstrap.ts"
import { trustServer } from "../clients/official-clients.ts"
import { type IssuedCertificate, issueCertificate } from "../openssl.ts"
import { keybearer, serve, type ServerProcess } from "../serve.ts"

/** The application that STORIES A calls for. */
export const corellian = "3f752837-3303-4d0e-9e39-5757dda60aa2"

export interface Tour {
  readonly server: ServerProcess
  readonly bootstrap: Bootstrap
  /** For files of the traveller. */
  readonly directory: string
  /** The key pair of `corellian`, made by openssl; the server knows its public half. */
  readonly certificate: IssuedCertificate
  /** What signs app tokens here and on the other instance of story D. */
  readonly appTokenSigningKey: string
  /** The last program that was run, and what it said. */
  readonly lastCommand: string
  run(program: string, words: readonly string[], options?: RunOptions): string
  /** `bin/keybearer`, with its files in the traveller's directory. */
  keybearer(...words: string[]): string
  /** Answers status and body, whatever the status. */
  curl(...words: string[]): { status: number; body: string }
  /** Answers the JSON of an answer with status 200. */
  curlJson<Body>(...words: string[]): Body
  file(name: string, content: string | Uint8Array): string
  close(): Promise<void>
}

interface RunOptions {
  input?: string
  /** Exit codes that are no failure. */
  exitCodes?: readonly number[]
}

export async function openTour(): Promise<Tour> {
  const directory = mkdtempSync(join(tmpdir(), "keybearer-tour-"))
  const certificate = issueCertificate({ directory, name: "corellian" })
  const appTokenSigningKey = randomBytes(32).toString("hex")
  const signingKeyFile = join(directory, "app-token-signing-key")
  writeFileSync(signingKeyFile, appTokenSigningKey, { mode: 0o600 })
  const server = await serve({
    seed: {
      applications: [{ appId: corellian, displayName: "corellian", certificates: [certificate.certificate] }],
    },
    flags: ["--log-level", "warn", "--app-tokens-signing-key-file", signingKeyFile],
  })
  trustServer(server.bootstrap)
  return new Travel({ server, directory, certificate, appTokenSigningKey })
}

class Travel implements Tour {
  readonly server: ServerProcess
  readonly directory: string
  readonly certificate: IssuedCertificate
  readonly appTokenSigningKey: string
  lastCommand = "nothing was run"

  constructor(begun: Pick<Tour, "server" | "directory" | "certificate" | "appTokenSigningKey">) {
    this.server = begun.server
    this.directory = begun.directory
    this.certificate = begun.certificate
    this.appTokenSigningKey = begun.appTokenSigningKey
  }

  get bootstrap(): Bootstrap {
    return this.server.bootstrap
  }

  run(program: string, words: readonly string[], { input, exitCodes = [0] }: RunOptions = {}): string {
    const { status, stdout, stderr, error } = spawnSync(program, words, {
      encoding: "utf8",
      env: this.#environment(),
      maxBuffer: 64 * 1024 * 1024,
      ...(input === undefined ? {} : { input }),
    })
    this.lastCommand = `${[program, ...words].map(quote).join(" ")}\n${stdout}${stderr}`
    if (error) throw error
    if (!exitCodes.includes(status ?? -1)) throw new Error(`${program} ended with exit code ${status}`)
    return stdout
  }

  keybearer(...words: string[]): string {
    return this.run(process.execPath, [keybearer, ...words])
  }

  curl(...words: string[]): { status: number; body: string } {
    const standard = ["--silent", "--show-error", "--cacert", this.bootstrap.caCertificate]
    const output = this.run("curl", [...standard, "--write-out", "\n%{http_code}", ...words])
    const end = output.lastIndexOf("\n")
    return { status: Number(output.slice(end + 1)), body: output.slice(0, end) }
  }

  curlJson<Body>(...words: string[]): Body {
    const { status, body } = this.curl(...words)
    if (status !== 200) throw new Error(`The answer has status ${status}`)
    return JSON.parse(body) as Body
  }

  file(name: string, content: string | Uint8Array): string {
    const path = join(this.directory, name)
    writeFileSync(path, content, { mode: 0o600 })
    return path
  }

  async close(): Promise<void> {
    await this.server.remove()
    rmSync(this.directory, { recursive: true, force: true })
  }

  /** Nothing of the person who started the tour but where programs are. */
  #environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env["PATH"] ?? "",
      HOME: this.directory,
      KEYBEARER_CONFIG_DIR: join(this.directory, "keybearer"),
    }
  }
}

/** As a shell would want it, for a person to paste. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
