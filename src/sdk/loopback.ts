import { lookup as systemLookup, type LookupOptions } from "node:dns"
import type { LookupFunction } from "node:net"

/**
 * Whether the name reaches this machine only: `localhost`, any name below it, or a loopback address.
 *
 * @see RFC 6761 section 6.3, https://www.rfc-editor.org/rfc/rfc6761.html#section-6.3
 */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, "")
  return isLocalhostName(name) || /^127(\.\d{1,3}){3}$/.test(name) || name === "::1" || name === "[::1]"
}

function isLocalhostName(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost")
}

const loopbackAddresses = [
  { address: "127.0.0.1", family: 4 },
  { address: "::1", family: 6 },
]

/**
 * Looks names up as the system does, save that `localhost` and every name below it are loopback without asking:
 * many systems do not resolve `demo.vault.localhost`, and one that asked the network for it would be unsafe.
 */
export const lookup: LookupFunction = (hostname, options, callback) => {
  if (!isLocalhostName(hostname.toLowerCase())) {
    systemLookup(hostname, options, callback)
    return
  }
  const found = loopbackAddresses.filter(({ family }) => fits(family, options))
  const [first] = found
  if (!first) callback(new Error(`No loopback address of the wanted family for ${hostname}`), "")
  else if (options.all) callback(null, found)
  else callback(null, first.address, first.family)
}

function fits(family: number, { family: wanted }: LookupOptions): boolean {
  return !wanted || wanted === family || wanted === `IPv${family}`
}
