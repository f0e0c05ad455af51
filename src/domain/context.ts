/**
 * The rules of the product, one folder a subject, and what their functions are given (this file). A function checks
 * access, then its input, then writes change and audit event in one transaction. The domain knows no HTTP, no SQL and
 * no wire spelling; a folder is entered by its index.ts alone.
 *
 * | Subject | Folder |
 * | --- | --- |
 * | what a vault holds | `secrets/`, `keys/`, `certificates/`, on the life cycle of `vault-objects/`, in `vaults/` |
 * | the directory | `tenants/`, `users/`, `applications/`, `managed-identities/`, `resource-groups/` |
 * | tokens of the authority | `client-authentication/`, `tokens/` |
 * | who may do what, and who did | `access/`, `audit/` |
 * | app tokens | `app-tokens/` |
 * | the installation | `installation/`, `seed/`, `keyring/` |
 * | what everything throws, what is kept in memory | `errors.ts`, `revision-cache/` |
 *
 * Governing documents: DESIGN 3 to 5, CONTRIBUTING.md (layers, errors, state).
 */
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
