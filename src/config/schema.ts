/**
 * The options of `keybearer serve`, in one table: what each takes, its default, its environment name and
 * the sentence that `--help` and the reference page print. The types above the table and the table hold
 * each other: an option in one and not in the other does not compile.
 */

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent"
export type LogFormat = "json" | "text"

export interface AppTokenOptions {
  readonly signingKeyFile: string | undefined
  readonly issuer: string
  readonly audience: string
  readonly lifetimeDays: number
  readonly maxLifetimeDays: number
}

/** What an operator may set. Paths are absolute; what is undefined was not given. */
export interface ServerOptions {
  readonly config: string | undefined
  readonly data: string
  readonly ephemeral: boolean
  readonly store: string | undefined
  readonly host: string
  readonly port: number
  readonly httpPort: number
  readonly publicHost: string
  readonly publicPort: number | undefined
  readonly vaultSuffix: string
  readonly tlsCertificate: string | undefined
  readonly tlsKey: string | undefined
  readonly rootKeyFile: string | undefined
  readonly rootKeyEnv: string
  readonly rootPassphraseFile: string | undefined
  readonly seed: string | undefined
  readonly bootstrapFile: string | undefined
  readonly tenantId: string | undefined
  readonly tenantDomain: string
  readonly subscriptionId: string | undefined
  readonly region: string
  readonly maxBodyBytes: number
  readonly accessTokenLifetimeSeconds: number | undefined
  readonly appTokens: AppTokenOptions
  readonly identityHeaderSecretFile: string | undefined
  readonly logLevel: LogLevel
  readonly logFormat: LogFormat
}

/** Where the store is. `path` is a file, or `:memory:` when ephemeral. */
export interface StoreLocation {
  readonly backend: "sqlite"
  readonly path: string
}

/** What the server is started with: the options, and what follows from them. */
export interface ServerConfig extends Omit<ServerOptions, "store"> {
  readonly store: StoreLocation
  /** The addresses the HTTPS listener binds: both loopback ones for `localhost`. */
  readonly addresses: readonly string[]
}

/** Options of a group are named with a dot: `appTokens.issuer`. */
export type OptionName = Exclude<keyof ServerOptions, "appTokens"> | `appTokens.${keyof AppTokenOptions}`

type ValueOf<Name extends OptionName> = Name extends keyof ServerOptions
  ? ServerOptions[Name]
  : Name extends `appTokens.${infer Member extends keyof AppTokenOptions}`
    ? AppTokenOptions[Member]
    : never

type TextType = "text" | "path" | "choice" | "address" | "host" | "domain" | "guid" | "store" | "variable"
export type OptionType = "boolean" | "integer" | TextType

/** A row of the table. */
export interface Option {
  readonly type: OptionType
  readonly unit?: "bytes" | "seconds" | "days"
  /** Limits of an integer, both included. */
  readonly min?: number
  readonly max?: number
  readonly choices?: readonly unknown[]
  /** A function of the environment where the default depends on it. */
  readonly default: unknown
  /** The default in words, where it is no constant. */
  readonly defaultInWords?: string
  readonly environment: `KEYBEARER_${string}`
  /** Refers to a secret: its value is never printed. */
  readonly secret?: true
  readonly sentence: string
}

/** A row whose type, choices and default are those of its value. */
interface OptionOf<Value> extends Option {
  readonly type: TypeFor<Exclude<Value, undefined>>
  readonly choices?: readonly Exclude<Value, undefined>[]
  readonly default: Value | ((env: Environment) => Value | undefined)
}

type TypeFor<Value> = [Value] extends [boolean] ? "boolean" : [Value] extends [number] ? "integer" : TextType

export type Environment = Readonly<Record<string, string | undefined>>

/** The values of a port: 0 lets the system choose a free one. */
const port = { type: "integer", min: 0, max: 65_535 } as const

const table: { readonly [Name in OptionName]: OptionOf<ValueOf<Name>> } = {
  config: {
    type: "path",
    default: undefined,
    environment: "KEYBEARER_CONFIG",
    sentence: "Read options from this JSON or YAML file; flags and environment go before it",
  },

  data: {
    type: "path",
    default: defaultData,
    defaultInWords: "$XDG_DATA_HOME/keybearer or ~/.local/share/keybearer",
    environment: "KEYBEARER_DATA",
    sentence: "Directory of the database, the root key and the local CA; made when missing",
  },
  ephemeral: {
    type: "boolean",
    default: false,
    environment: "KEYBEARER_EPHEMERAL",
    sentence: "Keep everything in memory and forget it at exit",
  },
  store: {
    type: "store",
    default: undefined,
    defaultInWords: "keybearer.db in the data directory",
    environment: "KEYBEARER_STORE",
    sentence: "Database to serve from: a path or sqlite:PATH",
  },

  host: {
    type: "address",
    default: "localhost",
    defaultInWords: "localhost: 127.0.0.1 and ::1",
    environment: "KEYBEARER_HOST",
    sentence: "IP address the HTTPS listener binds; 0.0.0.0 or :: makes it reachable from other machines",
  },
  port: {
    ...port,
    default: 8443,
    environment: "KEYBEARER_PORT",
    sentence: "Port of the HTTPS listener; 0 picks a free one",
  },
  httpPort: {
    ...port,
    default: 5000,
    environment: "KEYBEARER_HTTP_PORT",
    sentence: "Port of the plain HTTP listener, which is on loopback only; 0 picks a free one",
  },
  publicHost: {
    type: "host",
    default: "localhost",
    environment: "KEYBEARER_PUBLIC_HOST",
    sentence: "Host name under which clients reach the authority",
  },
  publicPort: {
    ...port,
    min: 1,
    default: undefined,
    defaultInWords: "the port of the HTTPS listener",
    environment: "KEYBEARER_PUBLIC_PORT",
    sentence: "Port under which clients reach the HTTPS listener, where something forwards to it",
  },
  vaultSuffix: {
    type: "domain",
    default: "vault.localhost",
    environment: "KEYBEARER_VAULT_SUFFIX",
    sentence: "Domain below which every vault has its host name",
  },
  tlsCertificate: {
    type: "path",
    default: undefined,
    defaultInWords: "one of the local CA",
    environment: "KEYBEARER_TLS_CERTIFICATE",
    sentence: "PEM file of the server's certificate and its chain, in place of the local CA",
  },
  tlsKey: {
    type: "path",
    default: undefined,
    environment: "KEYBEARER_TLS_KEY",
    secret: true,
    sentence: "PEM file of the private key that belongs to tlsCertificate",
  },

  rootKeyFile: {
    type: "path",
    default: undefined,
    defaultInWords: "root.key in the data directory, made at first start",
    environment: "KEYBEARER_ROOT_KEY_FILE",
    secret: true,
    sentence: "File of the root key: 32 bytes, raw or as hexadecimal or base64 text, mode 0600",
  },
  rootKeyEnv: {
    type: "variable",
    default: "KEYBEARER_ROOT_KEY",
    environment: "KEYBEARER_ROOT_KEY_ENV",
    secret: true,
    sentence: "Name of the environment variable that holds the root key as text",
  },
  rootPassphraseFile: {
    type: "path",
    default: undefined,
    environment: "KEYBEARER_ROOT_PASSPHRASE_FILE",
    secret: true,
    sentence: "File of a passphrase from which the root key is derived, mode 0600",
  },

  seed: {
    type: "path",
    default: undefined,
    environment: "KEYBEARER_SEED",
    sentence: "JSON or YAML file that declares what has to exist; applied at every start",
  },
  bootstrapFile: {
    type: "path",
    default: undefined,
    environment: "KEYBEARER_BOOTSTRAP_FILE",
    sentence: "Where to write, as JSON with mode 0600, what a script needs to use this server",
  },
  tenantId: {
    type: "guid",
    default: undefined,
    defaultInWords: "a random one",
    environment: "KEYBEARER_TENANT_ID",
    sentence: "Id of the tenant made at first start",
  },
  tenantDomain: {
    type: "domain",
    default: "keybearer.localhost",
    environment: "KEYBEARER_TENANT_DOMAIN",
    sentence: "Domain of the tenant made at first start",
  },
  subscriptionId: {
    type: "guid",
    default: undefined,
    defaultInWords: "a random one",
    environment: "KEYBEARER_SUBSCRIPTION_ID",
    sentence: "Id of the subscription made at first start",
  },
  region: {
    type: "text",
    default: "local",
    environment: "KEYBEARER_REGION",
    sentence: "Location that resources report",
  },

  maxBodyBytes: {
    type: "integer",
    unit: "bytes",
    min: 16_384,
    max: 16_777_216,
    default: 1_048_576,
    environment: "KEYBEARER_MAX_BODY_BYTES",
    sentence: "Largest request body that is read",
  },
  accessTokenLifetimeSeconds: {
    type: "integer",
    unit: "seconds",
    min: 600,
    max: 86_400,
    default: undefined,
    defaultInWords: "60 to 90 minutes, at random",
    environment: "KEYBEARER_ACCESS_TOKEN_LIFETIME_SECONDS",
    sentence: "Lifetime of every access token",
  },

  "appTokens.signingKeyFile": {
    type: "path",
    default: undefined,
    defaultInWords: "a key made at first start",
    environment: "KEYBEARER_APP_TOKENS_SIGNING_KEY_FILE",
    secret: true,
    sentence: "File of the key that signs app tokens, to share it with another server, mode 0600",
  },
  "appTokens.issuer": {
    type: "text",
    default: "IronmanSoftware",
    environment: "KEYBEARER_APP_TOKENS_ISSUER",
    sentence: "Issuer that app tokens carry",
  },
  "appTokens.audience": {
    type: "text",
    default: "PowerShellUniversal",
    environment: "KEYBEARER_APP_TOKENS_AUDIENCE",
    sentence: "Audience that app tokens carry",
  },
  "appTokens.lifetimeDays": {
    type: "integer",
    unit: "days",
    min: 1,
    max: 36_500,
    default: 365,
    environment: "KEYBEARER_APP_TOKENS_LIFETIME_DAYS",
    sentence: "Lifetime of an app token when its request names none",
  },
  "appTokens.maxLifetimeDays": {
    type: "integer",
    unit: "days",
    min: 1,
    max: 36_500,
    default: 3650,
    environment: "KEYBEARER_APP_TOKENS_MAX_LIFETIME_DAYS",
    sentence: "Longest lifetime of an app token that a request may name",
  },
  identityHeaderSecretFile: {
    type: "path",
    default: undefined,
    defaultInWords: "one made at start",
    environment: "KEYBEARER_IDENTITY_HEADER_SECRET_FILE",
    secret: true,
    sentence: "File of the secret that the App Service form of managed identity expects as IDENTITY_HEADER",
  },

  logLevel: {
    type: "choice",
    choices: ["debug", "info", "warn", "error", "silent"],
    default: "info",
    environment: "KEYBEARER_LOG_LEVEL",
    sentence: "Least level that is logged",
  },
  logFormat: {
    type: "choice",
    choices: ["json", "text"],
    default: "text",
    environment: "KEYBEARER_LOG_FORMAT",
    sentence: "JSON lines for machines or text for people",
  },
}

export const options: { readonly [Name in OptionName]: Option } = table
export const optionNames = Object.keys(options) as OptionName[]

export function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(options, name)
}

/** `appTokens.lifetimeDays` → `--app-tokens-lifetime-days`. */
export function toFlag(name: OptionName): string {
  return `--${name.replaceAll(".", "-").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/** The XDG base directory; a relative one is to be ignored, says its specification. */
function defaultData({ XDG_DATA_HOME, HOME }: Environment): string | undefined {
  if (XDG_DATA_HOME?.startsWith("/")) return `${XDG_DATA_HOME}/keybearer`
  return HOME ? `${HOME}/.local/share/keybearer` : undefined
}
