/**
 * Ways for a client to prove who it is, one file each: client secret, client certificate, federated token, managed
 * identity. A credential turns a tenant and a scope into a token; keeping tokens is `token-source.ts`, finding the
 * token endpoint is `token-client.ts`.
 *
 * Governing documents: contracts/entra.md 2.2-2.3 and 3, RFC 6749, RFC 7523.
 */
import type { AccessToken } from "../token-client.ts"

export interface Credential {
  /** Whose tokens they are: the application's id, or the managed identity's name. Part of the cache's key. */
  readonly account: string
  /** @throws SdkError */
  requestToken(request: TokenRequest): Promise<AccessToken>
}

export interface TokenRequest {
  tenantId: string
  /** The v2 form: `https://vault.azure.net/.default`. */
  scope: string
}

export { clientCertificateCredential, type ClientCertificateOptions } from "./client-certificate.ts"
export { clientSecretCredential, type ClientSecretOptions } from "./client-secret.ts"
export { federatedTokenCredential, type FederatedTokenOptions } from "./federated-token.ts"
export {
  managedIdentityCredential,
  type ManagedIdentityOptions,
  systemAssignedIdentity,
} from "./managed-identity.ts"
