import { type AnyCommand, globalOptions, type Options, type OptionSpec } from "./command.ts"
import type { CommandEntry } from "./commands.ts"

/** The commands of a group, or all of them. */
export function groupHelp(prefix: string, entries: readonly CommandEntry[], program: string): string {
  const width = Math.max(...entries.map(({ name }) => name.length)) + 2
  const title =
    prefix === ""
      ? "keybearer: tokens, vaults and app tokens, against Azure and against your own server"
      : `${program} ${prefix}`
  const rows = entries.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`)
  return [title, "", "Commands", ...rows, "", `More about one: ${program} COMMAND --help`, ""].join("\n")
}

export function commandHelp({ name, summary }: CommandEntry, command: AnyCommand, program: string): string {
  const own = Object.entries(command.options)
  const usage = [
    `${program} ${name}`,
    ...own.filter(([, { positional }]) => positional).map(usageOf),
    "[OPTIONS]",
  ]
  const examples = command.examples.flatMap(({ does, line }) => [`  ${does}`, `    ${program} ${line}`, ""])
  return [
    usage.join(" "),
    "",
    `  ${summary}`,
    "",
    ...optionRows("Arguments", command.options),
    ...(command.moreHelp
      ? ["Arguments", command.moreHelp()]
      : optionRows("Arguments of every command", globalOptions)),
    "Examples",
    ...examples,
  ].join("\n")
}

function usageOf([name, { required }]: [string, OptionSpec]): string {
  return required ? name.toUpperCase() : `[${name.toUpperCase()}]`
}

function optionRows(title: string, options: Options): string[] {
  const rows = Object.entries(options).map(([name, spec]) => ({
    left: leftOf(name, spec),
    right: rightOf(spec),
  }))
  if (rows.length === 0) return []
  const width = Math.max(...rows.map(({ left }) => left.length)) + 2
  return [title, ...rows.map(({ left, right }) => `  ${left.padEnd(width)}${right}`), ""]
}

function leftOf(name: string, { value, short, aliases = [], many }: OptionSpec): string {
  const forms = [
    `--${name}`,
    ...aliases.map((alias) => (alias.length === 1 ? `-${alias}` : `--${alias}`)),
    ...(short === undefined ? [] : [`-${short}`]),
  ]
  const shown = value === undefined ? "" : ` ${value}${many ? "..." : ""}`
  return `${forms.join(", ")}${shown}`
}

function rightOf({ sentence, required, choices }: OptionSpec): string {
  const notes = [...(choices ? [`One of: ${choices.join(", ")}.`] : []), ...(required ? ["Required."] : [])]
  return [sentence, ...notes].join(" ")
}
