import { parseArgs } from "node:util"
import { globalOptions, type Options, type OptionSpec } from "./command.ts"
import { usageError } from "./errors.ts"
import { findNearest } from "../config/nearest.ts"

export type ParsedOptions = Record<string, string | readonly string[] | boolean | undefined>

type Token = NonNullable<ReturnType<typeof tokenize>>[number]

/**
 * Parses what follows the command's words: `--name value`, `--name=value`, `-n value`, in any order. An option of
 * many values takes all up to the next option.
 *
 * @throws CliError exit code 2 - unknown, incomplete, wrongly used or missing arguments
 */
export function parseArguments(args: readonly string[], own: Options): ParsedOptions {
  const options: Options = { ...globalOptions, ...own }
  const known = nameIndex(options)
  const values: Record<string, string | string[] | boolean> = {}
  const free: string[] = []
  let open: string[] | undefined

  for (const token of tokenize(args, options)) {
    if (token.kind === "positional") {
      ;(open ?? free).push(token.value)
      continue
    }
    open = undefined
    if (token.kind === "option-terminator") continue
    const name = findName(token, known, options)
    const spec = options[name]!
    const value = readValue(token, name, spec)
    if (spec.many) {
      open = Array.isArray(values[name]) ? values[name] : (values[name] = [])
      if (typeof value === "string") open.push(value)
    } else values[name] = value
  }

  placeFree(free, own, values)
  assertRequired(own, values)
  return withSwitches(options, values)
}

/** `help` was asked for, wherever it stands; looked for before anything is found missing. */
export function wantsHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--")
  return args.slice(0, end === -1 ? args.length : end).some((arg) => arg === "--help" || arg === "-h")
}

function tokenize(args: readonly string[], options: Options) {
  const entries = Object.entries(options).flatMap(([name, spec]) => {
    const type: "string" | "boolean" = spec.value === undefined || spec.many ? "boolean" : "string"
    const short = spec.short === undefined ? {} : { short: spec.short }
    return [
      [name, { type, ...short }] as const,
      ...(spec.aliases ?? []).map((alias) => [alias, { type, ...shortOf(alias) }] as const),
    ]
  })
  const parsed = parseArgs({
    args: [...args],
    options: Object.fromEntries(entries),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  return parsed.tokens
}

/** An alias of one letter is written with one dash. */
function shortOf(alias: string): { short?: string } {
  return alias.length === 1 ? { short: alias } : {}
}

function nameIndex(options: Options): Map<string, string> {
  const named = Object.entries(options).flatMap(([name, { aliases = [] }]) =>
    [name, ...aliases].map((form) => [form, name] as const),
  )
  return new Map(named)
}

function findName(token: Token & { kind: "option" }, known: Map<string, string>, options: Options): string {
  const name = known.get(token.name)
  if (name !== undefined) return name
  const nearest = token.rawName.startsWith("--") ? findNearest(token.name, Object.keys(options)) : undefined
  throw usageError(
    `unrecognized arguments: ${token.rawName}`,
    nearest === undefined ? [] : [`Did you mean --${nearest}?`],
  )
}

function readValue(token: Token & { kind: "option" }, name: string, spec: OptionSpec): string | boolean {
  if (spec.many) return token.value ?? true
  if (spec.value === undefined) {
    if (token.inlineValue) throw usageError(`argument --${name}: takes no value`)
    return true
  }
  const looksLikeOption = !token.inlineValue && token.value !== undefined && /^-./.test(token.value)
  if (token.value === undefined || looksLikeOption) {
    const hints = looksLikeOption
      ? [`A value that begins with a dash is written --${name}=${spec.value}.`]
      : []
    throw usageError(`argument --${name}: expected one argument`, hints)
  }
  return checkChoice(token.value, name, spec)
}

function checkChoice(value: string, name: string, { choices }: OptionSpec): string {
  if (!choices) return value
  const choice = value.toLowerCase()
  if (choices.includes(choice)) return choice
  const nearest = findNearest(choice, choices)
  const hints = nearest === undefined ? [] : [`Did you mean ${nearest}?`]
  throw usageError(
    `argument --${name}: invalid choice: '${value}' (choose from ${choices.join(", ")})`,
    hints,
  )
}

function placeFree(free: readonly string[], own: Options, values: Record<string, unknown>): void {
  const places = Object.entries(own).filter(
    ([name, { positional }]) => positional && values[name] === undefined,
  )
  const left = free.filter((value, at) => {
    const [name] = places[at] ?? []
    if (name === undefined) return true
    values[name] = value
    return false
  })
  // Not repeated: what stands in a wrong place may be a secret.
  if (left.length > 0) throw usageError(`unrecognized arguments: ${left.length} too many without a name`)
}

function assertRequired(own: Options, values: Record<string, unknown>): void {
  const missing = Object.entries(own).filter(([name, { required }]) => required && values[name] === undefined)
  if (missing.length === 0) return
  throw usageError(`the following arguments are required: ${missing.map(([name]) => `--${name}`).join(", ")}`)
}

function withSwitches(options: Options, values: Record<string, string | string[] | boolean>): ParsedOptions {
  const complete = Object.entries(options).map(([name, { value }]) => [
    name,
    values[name] ?? (value === undefined ? false : undefined),
  ])
  return Object.fromEntries(complete) as ParsedOptions
}
