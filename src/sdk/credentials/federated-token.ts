import { grantTypes, jwtBearerAssertionType } from "../../wire/oauth.ts"
import type { TokenClient } from "../token-client.ts"
import type { Credential } from "./index.ts"

export interface FederatedTokenOptions {
  tokenClient: TokenClient
  clientId: string
  /** Called for every request: the platform that writes the token replaces it before it runs out. */
  readToken: () => string | Promise<string>
}

/**
 * Proves an application by a token that another issuer, which it trusts, gave this workload.
 *
 * @see RFC 7523 section 2.2, https://www.rfc-editor.org/rfc/rfc7523.html#section-2.2
 */
export function federatedTokenCredential({
  tokenClient,
  clientId,
  readToken,
}: FederatedTokenOptions): Credential {
  return {
    account: clientId,
    requestToken: async ({ tenantId, scope }) =>
      tokenClient.requestToken(tenantId, {
        grant_type: grantTypes.clientCredentials,
        client_id: clientId,
        client_assertion_type: jwtBearerAssertionType,
        client_assertion: (await readToken()).trim(),
        scope,
      }),
  }
}
