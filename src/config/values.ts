/** Each type of option: how a value that was given becomes the value that is used. */
import { isIP } from "node:net"
import { resolve } from "node:path"
import type { Option, OptionType } from "./schema.ts"

/** A refusal says what the option takes; who gave what is added by the caller. */
export type Parsed = { value: unknown } | { expected: string }

export interface ParseContext {
  option: Option
  /** Where relative paths begin. */
  directory: string
}

export function parseValue(given: unknown, context: ParseContext): Parsed {
  return parsers[context.option.type](given, context)
}

const parsers: Record<OptionType, (given: unknown, context: ParseContext) => Parsed> = {
  boolean: parseBoolean,
  integer: parseInteger,
  text: (given) => matching(given, /^[^\p{Cc}]+$/u, "text"),
  path: (given, { directory }) =>
    isText(given) ? { value: resolve(directory, given) } : { expected: "a path" },
  choice: (given, { option: { choices = [] } }) =>
    choices.includes(given) ? { value: given } : { expected: `one of ${choices.join(", ")}` },
  address: parseAddress,
  host: (given) => {
    const { host, isAddress } = toHost(given)
    return isAddress || isDomain(host) ? { value: host } : { expected: "a host name without scheme or port" }
  },
  domain: (given) => {
    const { host, isAddress } = toHost(given)
    return !isAddress && isDomain(host)
      ? { value: host }
      : { expected: "a domain name without scheme or port, such as vault.example.com" }
  },
  guid: (given) => matching(lowered(given), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "a GUID"),
  store: parseStore,
  variable: (given) => matching(given, /^[A-Za-z_][A-Za-z0-9_]*$/, "the name of an environment variable"),
}

function parseBoolean(given: unknown): Parsed {
  if (given === true || given === "true" || given === "1") return { value: true }
  if (given === false || given === "false" || given === "0") return { value: false }
  return { expected: "true or false" }
}

function parseInteger(
  given: unknown,
  { option: { min = 0, max = Number.MAX_SAFE_INTEGER } }: ParseContext,
): Parsed {
  const value = typeof given === "string" && /^\d{1,15}$/.test(given) ? Number(given) : given
  const fits = typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max
  return fits ? { value } : { expected: `a whole number from ${min} to ${max}` }
}

/** Names would have to be resolved first, and could turn out to be any address. */
function parseAddress(given: unknown): Parsed {
  const { host, isAddress } = toHost(given)
  return isAddress || host === "localhost" ? { value: host } : { expected: "an IP address or localhost" }
}

/** SQLite by path. Anything with another scheme is meant for a database this server cannot speak to. */
function parseStore(given: unknown, { directory }: ParseContext): Parsed {
  const [, scheme, path = ""] = isText(given)
    ? (/^(?:([a-z][a-z0-9+.-]+):(?:\/\/)?)?(.*)$/is.exec(given) ?? [])
    : []
  const isSqlite = scheme === undefined || scheme.toLowerCase() === "sqlite"
  if (isSqlite && path !== "" && path !== ":memory:") return { value: resolve(directory, path) }
  return {
    expected: "a path or sqlite:PATH, such as sqlite:/var/lib/keybearer/keybearer.db (in memory: ephemeral)",
  }
}

function toHost(given: unknown): { host: string; isAddress: boolean } {
  const host = isText(given) ? given.toLowerCase().replace(/^\[(.*)\]$/, "$1") : ""
  return { host, isAddress: isIP(host) !== 0 }
}

/** @see RFC 1123 section 2.1, https://www.rfc-editor.org/rfc/rfc1123#section-2.1 */
function isDomain(name: string): boolean {
  return (
    name.length <= 253 && name.split(".").every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label))
  )
}

function matching(given: unknown, pattern: RegExp, expected: string): Parsed {
  return isText(given) && pattern.test(given) ? { value: given } : { expected }
}

function lowered(given: unknown): unknown {
  return isText(given) ? given.toLowerCase() : given
}

function isText(given: unknown): given is string {
  return typeof given === "string" && given !== ""
}
