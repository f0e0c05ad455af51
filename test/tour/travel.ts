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
import { type Words, words } from "./words.ts"

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
  run(program: string, parameters: readonly string[], options?: RunOptions): string
  /** `bin/keybearer`, with its files in the traveller's directory. */
  keybearer(...command: Command): string
  /** Answers status and body, whatever the status. */
  curl(...command: Command): { status: number; body: string }
  /** Answers the JSON of an answer with status 200. */
  curlJson(...command: Command): unknown
  file(name: string, content: string | Uint8Array): string
  close(): Promise<void>
}

interface RunOptions {
  /** Its standard input. */
  input?: string
}

type Command = Parameters<Words>

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

  run(program: string, parameters: readonly string[], { input }: RunOptions = {}): string {
    const { status, stdout, stderr, error } = spawnSync(program, parameters, {
      encoding: "utf8",
      env: this.#environment(),
      ...(input === undefined ? {} : { input }),
    })
    this.lastCommand = `${[program, ...parameters].map(quote).join(" ")}\n${stdout}${stderr}`
    if (error) throw error
    if (status !== 0) throw new Error(`${program} ended with exit code ${status}`)
    return stdout
  }

  keybearer(...command: Command): string {
    return this.run(process.execPath, [keybearer, ...words(...command)])
  }

  curl(...command: Command): { status: number; body: string } {
    const standard = words`--silent --show-error --cacert ${this.bootstrap.caCertificate}`
    const parameters = [...standard, "--write-out", "\n%{http_code}", ...words(...command)]
    const output = this.run("curl", parameters)
    const end = output.lastIndexOf("\n")
    return { status: Number(output.slice(end + 1)), body: output.slice(0, end) }
  }

  curlJson(...command: Command): unknown {
    const { status, body } = this.curl(...command)
    if (status !== 200) throw new Error(`The answer has status ${status}`)
    return JSON.parse(body)
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
      TOUR_SECRET: this.bootstrap.operator.clientSecret,
    }
  }
}

/** As a shell would want it, for a person to paste. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
