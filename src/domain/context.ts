/** What every domain function is given: where things are kept, the time, names, keys and addresses. */
import type { Clock } from "../clock.ts"
import type { Ids } from "../ids.ts"
import type { Store } from "../storage/store.ts"
import type { Keyring } from "./keyring/index.ts"

/** Public addresses of this installation, from configuration only, never from a request. */
export interface Endpoints {
  /** Origin of the authority, ARM and Graph, such as `https://localhost:8443`. */
  readonly authority: string
  /** What follows the vault's name in its host name, with the port: `vault.localhost:8443`. */
  readonly vaultSuffix: string
  /** The resource a vault token is for: `https://vault.localhost:8443`. */
  readonly vaultResource: string
  readonly resourceManager: string
  readonly graph: string
  /** Origin of the loopback listener: `http://127.0.0.1:5000`. */
  readonly loopback: string
}

export interface DomainContext {
  readonly store: Store
  readonly clock: Clock
  readonly ids: Ids
  readonly keyring: Keyring
  readonly endpoints: Endpoints
  /** Of every access token of an application; 60 to 90 minutes, at random, when not given. */
  readonly accessTokenLifetimeSeconds?: number | undefined
}
