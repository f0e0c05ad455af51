import { type OptionName, optionNames, options, type ServerConfig } from "./schema.ts"

/** The configuration by option name, fit to be printed: references to secrets are `***`. */
export function redactConfig(config: ServerConfig): Partial<Record<OptionName, unknown>> {
  const { addresses: _, appTokens, store, ...rest } = config
  const members = Object.entries(appTokens).map(([member, value]) => [`appTokens.${member}`, value])
  const values = Object.fromEntries([
    ...Object.entries(rest),
    ["store", `${store.backend}:${store.path}`],
    ...members,
  ])
  const shown = optionNames
    .filter((name) => values[name] !== undefined)
    .map((name) => [name, options[name].secret ? "***" : values[name]])
  return Object.fromEntries(shown)
}
