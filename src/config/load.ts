import { dirname, join, resolve } from "node:path"
import { listenAddresses } from "./addresses.ts"
import { ConfigError } from "./config-error.ts"
import {
  type Environment,
  type OptionName,
  optionNames,
  options,
  type ServerConfig,
  type ServerOptions,
  toFlag,
} from "./schema.ts"
import { type Given, type GivenValues, readConfigText, readEnvironment, readFlags } from "./sources.ts"
import { parseValue } from "./values.ts"

/** Everything a configuration is made from. */
export interface ConfigSources {
  /** What follows `keybearer serve`. */
  argv: readonly string[]
  env: Environment
  readFile: (path: string) => string | Promise<string>
  /** Where relative paths of flags and environment begin; the working directory when not given. */
  directory?: string
}

/**
 * The configuration of a server, frozen: for each option the flag, else the environment, else the config
 * file, else its default. Relative paths in the file begin at the file.
 *
 * @throws ConfigError with every problem there is
 */
export async function loadConfig(sources: ConfigSources): Promise<ServerConfig> {
  const problems: string[] = []
  const directory = sources.directory ?? process.cwd()
  const given: Source[] = [
    { values: readFlags(sources.argv, problems), directory },
    { values: readEnvironment(sources.env), directory },
  ]
  const file = pick(given, "config")
  if (file !== undefined)
    given.push(await readConfigFile(resolve(directory, String(file.value)), sources, problems))
  const values = new Map(optionNames.map((name) => [name, valueOf(name, given, sources.env, problems)]))
  const serverOptions = toServerOptions(values)
  problems.push(...findConflicts(serverOptions))
  if (problems.length > 0) throw new ConfigError(problems)
  return toConfig(serverOptions)
}

/** Given values, and where the relative paths among them begin. */
interface Source {
  values: GivenValues
  directory: string
}

async function readConfigFile(
  path: string,
  { readFile }: ConfigSources,
  problems: string[],
): Promise<Source> {
  const directory = dirname(path)
  try {
    return { values: await readConfigText(await readFile(path), path, problems), directory }
  } catch (error) {
    problems.push(`Cannot read the config file: ${(error as Error).message}`)
    return { values: new Map(), directory }
  }
}

function valueOf(name: OptionName, sources: Source[], env: Environment, problems: string[]): unknown {
  const option = options[name]
  const given = pick(sources, name)
  if (given === undefined) {
    if (typeof option.default !== "function") return option.default
    const value: unknown = option.default(env)
    if (value !== undefined) return value
    problems.push(`Give ${toFlag(name)}: its default, ${option.defaultInWords}, needs HOME to be set`)
    return undefined
  }
  const parsed = parseValue(given.value, { option, directory: given.directory })
  if ("value" in parsed) return parsed.value
  const shown = option.secret ? "what was given" : withoutCredentials(JSON.stringify(given.value))
  problems.push(`${given.source} has to be ${parsed.expected}, not ${shown}${kubernetesHint(given)}`)
  return undefined
}

function pick(sources: Source[], name: OptionName): (Given & { directory: string }) | undefined {
  for (const { values, directory } of sources) {
    const given = values.get(name)
    if (given !== undefined) return { ...given, directory }
  }
  return undefined
}

/** The address of a database may hold its password. */
function withoutCredentials(text: string): string {
  return text.replace(/\/\/.*@/, "//***@")
}

/** Kubernetes gives every container the addresses of the services beside it, by names like ours. */
function kubernetesHint({ value, source }: Given): string {
  const isServiceLink = source.startsWith("KEYBEARER_") && String(value).startsWith("tcp://")
  return isServiceLink
    ? ". Kubernetes sets it for a Service of this name: set enableServiceLinks to false"
    : ""
}

/** `appTokens.issuer` → `{ appTokens: { issuer } }`. The table vouches for the types. */
function toServerOptions(values: Map<OptionName, unknown>): ServerOptions {
  const result: Record<string, unknown> = {}
  for (const [name, value] of values) {
    const [group = "", member] = name.split(".")
    if (member === undefined) result[group] = value
    else result[group] = { ...(result[group] as object | undefined), [member]: value }
  }
  return result as unknown as ServerOptions
}

/** What no option can see alone. A value that was refused is undefined here, and no conflict. */
function findConflicts(given: Partial<ServerOptions>): string[] {
  const { appTokens, port, publicHost, vaultSuffix } = given
  const rows: [bad: unknown, problem: string][] = [
    [given.ephemeral && given.store, "--ephemeral keeps nothing, so it goes without --store"],
    [
      (given.tlsCertificate === undefined) !== (given.tlsKey === undefined),
      "--tls-certificate and --tls-key belong together: give both or neither",
    ],
    [
      given.rootKeyFile && given.rootPassphraseFile,
      "There is one root key: give --root-key-file or --root-passphrase-file, not both",
    ],
    [
      port !== undefined && port !== 0 && port === given.httpPort,
      `--port and --http-port cannot both be ${port}`,
    ],
    [
      publicHost?.endsWith(`.${vaultSuffix}`),
      `--public-host cannot lie below "${vaultSuffix}", where every name is a vault`,
    ],
    [
      appTokens && appTokens.lifetimeDays > appTokens.maxLifetimeDays,
      "--app-tokens-lifetime-days cannot be more than --app-tokens-max-lifetime-days",
    ],
  ]
  return rows.filter(([bad]) => bad).map(([, problem]) => problem)
}

function toConfig({ store, ...given }: ServerOptions): ServerConfig {
  const path = given.ephemeral ? ":memory:" : (store ?? join(given.data, "keybearer.db"))
  return Object.freeze({
    ...given,
    appTokens: Object.freeze(given.appTokens),
    store: Object.freeze({ backend: "sqlite", path } as const),
    addresses: Object.freeze(listenAddresses(given.host)),
  })
}
