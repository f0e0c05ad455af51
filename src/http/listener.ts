import type { RequestListener, Server } from "node:http"
import { createServer as createHttpsServer } from "node:https"
import type { AddressInfo } from "node:net"
import { tunnelToOurselves } from "./connect-tunnel.ts"
import { Connections } from "./graceful-stop.ts"
import type { Site } from "./site.ts"

// `import` would read every export of node:http, among them those that load an HTTP client: 50 ms of each start.
const { createServer: createHttpServer } = process.getBuiltinModule("node:http")

const headersTimeoutMs = 20_000
const requestTimeoutMs = 60_000
const keepAliveTimeoutMs = 65_000
const maxHeaderBytes = 32 * 1024
const stopGraceMs = 5_000

export interface ListenerOptions {
  /** Addresses of the HTTPS listener, such as `["127.0.0.1", "::1"]`. */
  addresses: readonly string[]
  /** 0 takes a free port. */
  httpsPort: number
  httpPort: number
  /** PEM. */
  tls: { key: string; certificate: string }
  /** `vault.localhost`: host names below it are vaults. Without port. */
  vaultHostSuffix: string
  /** Names, besides loopback, under which CONNECT may reach us. */
  publicHosts: readonly string[]
  sites: { vault: Site; main: Site; loopback: Site }
}

export interface Listener {
  httpsPort: number
  httpPort: number
  /** Stops accepting, lets running requests finish for some seconds, then closes. */
  close(): Promise<void>
}

/** Listens on HTTPS for every surface and on loopback HTTP for those that speak it by nature. */
export async function openListener(options: ListenerOptions): Promise<Listener> {
  const { sites, vaultHostSuffix } = options
  await Promise.all([sites.vault.ready(), sites.main.ready(), sites.loopback.ready()])
  const byHost = refusingSeveralHosts((request, response) => {
    const site = isVaultHost(request.headers.host, vaultHostSuffix) ? sites.vault : sites.main
    site.routing(request, response)
  })
  const toLoopback = refusingSeveralHosts((request, response) => sites.loopback.routing(request, response))
  const tls = {
    ...serverOptions,
    key: options.tls.key,
    cert: options.tls.certificate,
    minVersion: "TLSv1.2",
  } as const
  const https = await listenOnAll(options.addresses, options.httpsPort, () => createHttpsServer(tls, byHost))
  const http = await listenOnAll(loopbackAddresses, options.httpPort, () =>
    createHttpServer(serverOptions, toLoopback),
  )
  const target = https.servers[0]
  if (target === undefined) throw new TypeError("The HTTPS listener has no address")
  const isOurs = (authority: string) => isOwnAuthority(authority, options, https.port)
  const servers = [...https.servers, ...http.servers]
  const connections = new Connections()
  for (const server of servers) {
    connections.watch(server)
    tunnelToOurselves(server, { isOurs, target })
  }
  return {
    httpsPort: https.port,
    httpPort: http.port,
    close: () => connections.stop(servers, stopGraceMs),
  }
}

const loopbackAddresses = ["127.0.0.1", "::1"]

const serverOptions = {
  headersTimeout: headersTimeoutMs,
  requestTimeout: requestTimeoutMs,
  keepAliveTimeout: keepAliveTimeoutMs,
  maxHeaderSize: maxHeaderBytes,
}

/**
 * Node takes the first of several Host headers; a proxy before us may have judged by another.
 *
 * @see RFC 9112 section 3.2, https://www.rfc-editor.org/rfc/rfc9112.html#section-3.2
 */
function refusingSeveralHosts(answer: RequestListener): RequestListener {
  return (request, response) => {
    if (countHosts(request.rawHeaders) <= 1) return answer(request, response)
    response.writeHead(400, { connection: "close", "content-length": 0 }).end()
  }
}

/** Names and values by turns. */
function countHosts(rawHeaders: readonly string[]): number {
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]
    if (name?.length === 4 && name.toLowerCase() === "host") count += 1
  }
  return count
}

/** Whether a Host header names a vault: one label below the suffix, whatever the port. */
export function isVaultHost(host: string | undefined, suffix: string): boolean {
  if (host === undefined) return false
  const name = hostNameOf(host)
  return name.endsWith(`.${suffix}`) && !name.slice(0, -suffix.length - 1).includes(".")
}

function isOwnAuthority(authority: string, options: ListenerOptions, httpsPort: number): boolean {
  const port = Number(/:(\d+)$/.exec(authority)?.[1] ?? 443)
  if (port !== httpsPort && port !== 443) return false
  const name = hostNameOf(authority)
  const known = ["localhost", "127.0.0.1", "[::1]", ...options.publicHosts]
  return known.includes(name) || isVaultHost(name, options.vaultHostSuffix)
}

function hostNameOf(authority: string): string {
  return authority.toLowerCase().replace(/:\d+$/, "")
}

interface Listening {
  servers: Server[]
  port: number
}

/** The first address decides the port; a machine without IPv6 does without `::1`. */
async function listenOnAll(
  addresses: readonly string[],
  port: number,
  create: () => Server,
): Promise<Listening> {
  const servers: Server[] = []
  let chosen = port
  for (const address of addresses) {
    const server = create()
    try {
      chosen = await listen(server, address, chosen)
      servers.push(server)
    } catch (error) {
      const absent = ["EADDRNOTAVAIL", "EAFNOSUPPORT"].includes((error as NodeJS.ErrnoException).code ?? "")
      if (!absent || servers.length === 0) {
        for (const opened of servers) opened.close()
        throw error
      }
    }
  }
  return { servers, port: chosen }
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(explainListenError(error, host, port)))
    server.listen({ host, port, exclusive: true }, () => resolve((server.address() as AddressInfo).port))
  })
}

function explainListenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code !== "EADDRINUSE") return error
  return new Error(
    `Port ${port} on ${host} is taken. Stop what uses it, or choose others with --port and --http-port`,
    {
      cause: error,
    },
  )
}
