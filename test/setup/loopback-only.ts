/**
 * Refuses network beyond loopback in every test: connections, datagrams and name look-ups. It holds for the test's own
 * process; a child process is only as well-behaved as the addresses it is given.
 */
import dgram from "node:dgram"
import dns from "node:dns"
import { syncBuiltinESMExports } from "node:module"
import net from "node:net"

/** What the caller sees, as the failure of its connection. */
class BeyondLoopbackError extends Error {
  readonly code = "ERR_BEYOND_LOOPBACK"

  constructor(what: string) {
    super(`Test tried to reach ${what}; tests may reach loopback only (test/setup/loopback-only.ts)`)
  }
}

export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$|\.$/g, "")
  if (name === "localhost" || name.endsWith(".localhost")) return true
  const address = name.replace(/^::ffff:/, "")
  return net.isIPv4(address) ? address.startsWith("127.") : name === "::1"
}

// Function overloads cannot be patched type by type; what is passed through is untouched.
type AnyFunction = (...parameters: never[]) => unknown

function patch(owner: object, name: string, make: (original: AnyFunction) => AnyFunction): void {
  const members = owner as Record<string, AnyFunction>
  const original = members[name]
  if (!original) throw new TypeError(`Node has no ${name} to guard`)
  members[name] = make(original)
}

patch(
  net.Socket.prototype,
  "connect",
  (original) =>
    function connect(this: net.Socket, ...parameters: unknown[]) {
      const { host, port } = destinationOf(parameters)
      if (host === undefined || isLoopback(host)) return original.apply(this, parameters as never)
      const error = new BeyondLoopbackError(port === undefined ? host : `${host}:${port}`)
      process.nextTick(() => this.destroy(error))
      return this
    },
)

/** Host and port of `connect(options)`, `connect(port, host)` or `connect(path)`; no host is this machine. */
function destinationOf(parameters: unknown[]): { host?: string; port?: number } {
  const [first, second] = (Array.isArray(parameters[0]) ? parameters[0] : parameters) as [unknown, unknown]
  if (typeof first === "object" && first !== null) return first
  return typeof second === "string" ? { host: second, port: Number(first) } : {}
}

for (const owner of [dns, dns.promises]) {
  patch(
    owner,
    "lookup",
    (original) =>
      function lookup(this: unknown, ...parameters: unknown[]) {
        const [host] = parameters
        if (typeof host !== "string" || isLoopback(host) || net.isIP(host) !== 0) {
          return original.apply(this, parameters as never)
        }
        const error = new BeyondLoopbackError(host)
        if (owner === dns.promises) return Promise.reject(error)
        process.nextTick(parameters.at(-1) as (problem: Error) => void, error)
        return undefined
      },
  )
}

patch(
  dgram.Socket.prototype,
  "send",
  (original) =>
    function send(this: dgram.Socket, ...parameters: unknown[]) {
      const host = parameters.slice(1).find((parameter) => typeof parameter === "string")
      if (host !== undefined && !isLoopback(host)) throw new BeyondLoopbackError(host)
      return original.apply(this, parameters as never)
    },
)

syncBuiltinESMExports()
