/**
 * A person's terminal for transcripts: runs command lines in this process, each as a program of its own would run,
 * and keeps what they print. It has a home of its own that goes away with the test.
 */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { runCommandLine } from "../../src/cli/run.ts"
import type { Bootstrap } from "../../src/domain/installation/index.ts"

export interface Ran {
  code: number
  out: string
  err: string
}

export class Shell {
  readonly folder = mkdtempSync(join(tmpdir(), "keybearer-shell-"))
  readonly configFolder = join(this.folder, "config")
  readonly env: Record<string, string | undefined> = { KEYBEARER_CONFIG_DIR: this.configFolder }
  /** What is typed, in answer to each question. A terminal has somebody who types. */
  typed: string[] | undefined
  /** What a pipe into the command holds. */
  input = ""
  now: () => number = () => Math.floor(Date.now() / 1000)

  /** Runs a command line: by words, or as one text without quoting. */
  async run(...words: string[]): Promise<Ran> {
    const argv = words.length === 1 ? words[0]!.split(" ").filter((word) => word !== "") : words
    const ran: Ran = { code: -1, out: "", err: "" }
    const asked: string[] = []
    ran.code = await runCommandLine(argv, {
      env: this.env,
      program: "keybearer",
      isInteractive: this.typed !== undefined,
      isScreen: true,
      now: () => this.now(),
      writeOut: (text) => (ran.out += text),
      writeError: (text) => (ran.err += text),
      askHidden: async (question) => {
        asked.push(question)
        ran.err += `${question}\n`
        return this.typed?.shift() ?? ""
      },
      readStandardInput: async () => this.input,
      untilStopped: () => new Promise(() => undefined),
    })
    return ran
  }

  /** Runs it, expects success and answers what it printed, as JSON. */
  async json(...words: string[]): Promise<unknown> {
    const { code, out, err } = await this.run(...words)
    if (code !== 0) throw new Error(`keybearer ${words.join(" ")} ended with ${code}: ${err}`)
    return out === "" ? undefined : JSON.parse(out)
  }

  /** Writes a file of this home and answers its path. */
  file(name: string, content: string | Uint8Array): string {
    const path = join(this.folder, name)
    mkdirSync(this.folder, { recursive: true })
    writeFileSync(path, content, { mode: 0o600 })
    return path
  }

  /** Signs in as the operator of a server. */
  async signIn(bootstrap: Bootstrap): Promise<void> {
    await this.json("login", "--bootstrap", this.file("bootstrap.json", JSON.stringify(bootstrap)))
  }
}
