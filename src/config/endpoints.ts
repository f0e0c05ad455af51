import { isIPv6 } from "node:net"
import type { ServerConfig } from "./schema.ts"

/** Ports that the listeners have, known once they listen. */
export interface ListeningPorts {
  httpsPort: number
  httpPort: number
}

/** Public addresses, as the domain knows them, from the moment they are bound. */
export interface BindableEndpoints {
  readonly authority: string
  readonly vaultSuffix: string
  readonly vaultResource: string
  readonly resourceManager: string
  readonly graph: string
  readonly loopback: string
  /** @throws TypeError the second time */
  bind(ports: ListeningPorts): void
}

type Addresses = Omit<BindableEndpoints, "bind">

/**
 * The public addresses of this installation, from its configuration and never from a request. Ports may be
 * chosen by the system, so reading an address before `bind` is a TypeError.
 */
export function createEndpoints(
  config: Pick<ServerConfig, "publicHost" | "publicPort" | "vaultSuffix">,
): BindableEndpoints {
  let addresses: Addresses | undefined
  const bound = () => {
    if (addresses === undefined) throw new TypeError("Addresses are known once the server listens")
    return addresses
  }
  return {
    get authority() {
      return bound().authority
    },
    get vaultSuffix() {
      return bound().vaultSuffix
    },
    get vaultResource() {
      return bound().vaultResource
    },
    get resourceManager() {
      return bound().resourceManager
    },
    get graph() {
      return bound().graph
    },
    get loopback() {
      return bound().loopback
    },
    bind(ports) {
      if (addresses !== undefined) throw new TypeError("Addresses are bound once")
      addresses = toAddresses(config, ports)
    },
  }
}

function toAddresses(
  { publicHost, publicPort, vaultSuffix }: Parameters<typeof createEndpoints>[0],
  { httpsPort, httpPort }: ListeningPorts,
): Addresses {
  const port = publicPort ?? httpsPort
  const authority = `https://${withPort(isIPv6(publicHost) ? `[${publicHost}]` : publicHost, port, 443)}`
  const suffix = withPort(vaultSuffix, port, 443)
  return {
    authority,
    vaultSuffix: suffix,
    vaultResource: `https://${suffix}`,
    resourceManager: authority,
    graph: authority,
    loopback: `http://${withPort("127.0.0.1", httpPort, 80)}`,
  }
}

/** Clients compare addresses as text, and leave out the port that the scheme implies. */
function withPort(host: string, port: number, implied: number): string {
  return port === implied ? host : `${host}:${port}`
}
