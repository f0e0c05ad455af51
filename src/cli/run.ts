import { parseArguments, wantsHelp } from "./arguments.ts"
import type { AnyCommand } from "./command.ts"
import { type CommandEntry, commands } from "./commands.ts"
import { type ExitCode, explainError, usageError } from "./errors.ts"
import { findNearest } from "../config/nearest.ts"
import { commandHelp, groupHelp } from "./help.ts"
import { printAnswer } from "./output.ts"
import { createRedactor, type Redactor } from "./redact.ts"
import { openSession, type Session } from "./session.ts"
import type { Terminal } from "./terminal.ts"
import { packageVersion } from "./version.ts"

/** Runs one command line to its end. Everything it prints goes through the terminal. */
export async function runCommandLine(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { entry, words, args } = findCommand(argv)
  const redactor = createRedactor()
  try {
    if (entry) return await runCommand(entry, args, terminal, redactor)
    if (argv[0] === "--version") terminal.writeOut(`keybearer ${packageVersion()}\n`)
    else terminal.writeOut(helpFor(words, args, terminal.program))
    return 0
  } catch (error) {
    return reportError(error, {
      terminal,
      redactor,
      debug: argv.includes("--debug"),
      isShow: entry?.name.endsWith(" show") ?? false,
    })
  }
}

async function runCommand(
  entry: CommandEntry,
  args: readonly string[],
  terminal: Terminal,
  redactor: Redactor,
): Promise<ExitCode> {
  const command = await entry.load()
  if (wantsHelp(args)) {
    terminal.writeOut(commandHelp(entry, command, terminal.program))
    return 0
  }
  const options = entry.parsesItself ? {} : parseArguments(args, command.options)
  const session = openSession(
    terminal,
    args,
    {
      verbose: options.verbose === true,
      debug: options.debug === true,
      onlyShowErrors: options["only-show-errors"] === true,
    },
    redactor,
  )
  try {
    const answer = await command.run(options as never, session)
    await print(answer, command, options, session)
    return 0
  } finally {
    session.close()
  }
}

interface Printed {
  output?: string
  query?: string
}

async function print(
  answer: unknown,
  command: AnyCommand,
  { output, query }: Printed,
  { terminal }: Session,
): Promise<void> {
  if (output === undefined && query === undefined && command.toText && answer !== undefined) {
    terminal.writeOut(command.toText(answer as never))
    return
  }
  terminal.writeOut(await printAnswer(answer, { format: output ?? "json", query, toTable: command.toTable }))
}

interface Found {
  entry?: CommandEntry
  /** The words before the first argument. */
  words: string[]
  args: string[]
}

/** The command whose words the line begins with. Options that all commands share may stand before them. */
function findCommand(argv: readonly string[]): Found {
  let start = 0
  while (argv[start]?.startsWith("-")) start += /^(-o|--output|--query)$/.test(argv[start] ?? "") ? 2 : 1
  const words: string[] = []
  for (const word of argv.slice(start)) {
    if (word.startsWith("-")) break
    words.push(word)
  }
  // The longest name wins: `vault secret list` over a command `vault`.
  for (let count = Math.min(words.length, 3); count > 0; count--) {
    const entry = commands.find(({ name }) => name === words.slice(0, count).join(" "))
    if (entry) return { entry, words, args: [...argv.slice(0, start), ...argv.slice(start + count)] }
  }
  return { words, args: argv.filter((arg) => arg.startsWith("-")) }
}

/** The list of commands, or of those of a group. @throws CliError exit code 2 when there is no such group */
function helpFor(words: readonly string[], args: readonly string[], program: string): string {
  const prefix = words.join(" ")
  const group = commands.filter(({ name }) => prefix === "" || name.startsWith(`${prefix} `))
  if (group.length > 0) {
    const [unknown] = args.filter((arg) => arg !== "--help" && arg !== "-h")
    if (unknown === undefined) return groupHelp(prefix, group, program)
    throw usageError(`unrecognized arguments: ${unknown}`, [`See: ${program} --help`])
  }
  const nearest =
    findNearest(
      prefix,
      commands.map(({ name }) => name),
    ) ?? nearestByFirstWords(words)
  throw usageError(`'${prefix}' is no command.`, [
    ...(nearest === undefined ? [] : [`Did you mean: ${program} ${nearest}?`]),
    `See: ${program} --help`,
  ])
}

/** What follows a misspelt command may be a value, so that fewer words are tried too. */
function nearestByFirstWords(words: readonly string[]): string | undefined {
  for (let count = Math.min(words.length - 1, 3); count > 0; count--) {
    const sameLength = commands.filter(({ name }) => name.split(" ").length === count)
    const nearest = findNearest(
      words.slice(0, count).join(" "),
      sameLength.map(({ name }) => name),
    )
    if (nearest !== undefined) return nearest
  }
  return undefined
}

interface Failure {
  terminal: Terminal
  redactor: Redactor
  debug: boolean
  isShow: boolean
}

function reportError(error: unknown, { terminal, redactor, debug, isShow }: Failure): ExitCode {
  const { message, hints, exitCode } = explainError(error, terminal.program, isShow)
  const lines = [`ERROR: ${message}`, ...hints, ...(debug ? stackOf(error) : [])]
  terminal.writeError(`${redactor.redact(lines.join("\n"))}\n`)
  return exitCode
}

function stackOf(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  return [error.stack ?? "", ...stackOf(error.cause)]
}
