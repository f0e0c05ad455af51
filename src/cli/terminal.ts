import { basename, delimiter, dirname, isAbsolute, relative, resolve } from "node:path"
import { createInterface } from "node:readline/promises"
import { text } from "node:stream/consumers"
import { Writable } from "node:stream"
import { CliError } from "./errors.ts"

/** What surrounds a command: the only way to the environment, the clock and the streams. Tests give their own. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>
  /** How this program was called, for commands that a person may paste. */
  readonly program: string
  /** Somebody is there to answer a question. */
  readonly isInteractive: boolean
  /** Standard output is a screen: what is written there is read once and kept nowhere. */
  readonly isScreen: boolean
  /** Epoch seconds. */
  now(): number
  writeOut(text: string): void
  writeError(text: string): void
  /** Asks without showing what is typed. */
  askHidden(question: string): Promise<string>
  readStandardInput(): Promise<string>
  /** Resolves when the person or the system wants this process to end. */
  untilStopped(): Promise<void>
}

export function processTerminal(): Terminal {
  // A reader that has seen enough, as `head`, is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error
  })
  return {
    env: process.env,
    program: programName(process.argv[1] ?? "keybearer", process.env.PATH ?? "", process.cwd()),
    isInteractive: process.stdin.isTTY && process.stderr.isTTY,
    isScreen: process.stdout.isTTY,
    now: () => Math.floor(Date.now() / 1000),
    writeOut: (text) => void process.stdout.write(text),
    writeError: (text) => void process.stderr.write(text),
    askHidden,
    readStandardInput: () => text(process.stdin),
    untilStopped: () =>
      new Promise((resolve) => {
        process.once("SIGINT", () => resolve())
        process.once("SIGTERM", () => resolve())
      }),
  }
}

/** The bare name when it is on the PATH, else the path from here: what a person can paste into the same shell. */
export function programName(main: string, path: string, folder: string): string {
  // `npm run dev` runs the source by its own name, which no shell can.
  const script = main.replace(/\/src\/cli\/main\.ts$/, "/bin/keybearer")
  const onPath = path
    .split(delimiter)
    .some((entry) => isAbsolute(entry) && resolve(entry) === dirname(script))
  if (onPath) return basename(script)
  const fromHere = relative(folder, script)
  if (fromHere.startsWith("..")) return script
  return fromHere.includes("/") ? fromHere : `./${fromHere}`
}

async function askHidden(question: string): Promise<string> {
  process.stderr.write(question)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const prompt = createInterface({ input: process.stdin, output: silent, terminal: true })
  try {
    return await prompt.question("")
  } catch (cause) {
    throw new CliError("Stopped: nothing was typed", { cause })
  } finally {
    prompt.close()
    process.stderr.write("\n")
  }
}
