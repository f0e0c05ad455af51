/** The table of options as people read it: `--help` and the reference page. */
import { type Option, optionNames, options, toFlag } from "./schema.ts"

/** One option a paragraph: flag and what it takes, then its sentence, default and environment name. */
export function formatOptions(): string {
  return optionNames
    .map((name) => {
      const option = options[name]
      const [flag, value] = [toFlag(name), placeholder(option)]
      const facts = [defaultOf(option), option.environment].filter((fact) => fact !== undefined).join("; ")
      return `  ${value === "" ? flag : `${flag} ${value}`}\n      ${option.sentence} (${facts})\n`
    })
    .join("")
}

/** The same as a Markdown table. */
export function formatOptionsTable(): string {
  const rows = optionNames.map((name) => {
    const option = options[name]
    const cells = [`\`${toFlag(name)}\``, `\`${name}\``, `\`${option.environment}\``, typeInWords(option)]
    return [...cells, defaultOf(option)?.replace("default ", "") ?? "", option.sentence]
  })
  const header = ["Flag", "In a file", "Environment", "Takes", "Default", "Meaning"]
  return [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("")
}

function placeholder(option: Option): string {
  if (option.type === "boolean") return ""
  return option.choices?.join("|") ?? (option.unit ?? option.type).toUpperCase()
}

function typeInWords({ type, unit, choices, min, max }: Option): string {
  if (choices !== undefined) return choices.map((choice) => `\`${String(choice)}\``).join(", ")
  if (type !== "integer") return type
  return `${unit ?? "number"}, ${min} to ${max}`
}

function defaultOf({ default: value, defaultInWords }: Option): string | undefined {
  if (defaultInWords !== undefined) return `default ${defaultInWords}`
  return typeof value === "string" || typeof value === "number" ? `default ${value}` : undefined
}
