import { grantTypes } from "../../wire/oauth.ts"
import type { TokenClient } from "../token-client.ts"
import type { Credential } from "./index.ts"

export interface ClientSecretOptions {
  tokenClient: TokenClient
  clientId: string
  clientSecret: string
}

/** Proves an application by a secret it shares with the authority. @see RFC 6749 section 4.4 */
export function clientSecretCredential({
  tokenClient,
  clientId,
  clientSecret,
}: ClientSecretOptions): Credential {
  return {
    account: clientId,
    requestToken: ({ tenantId, scope }) =>
      tokenClient.requestToken(tenantId, {
        grant_type: grantTypes.clientCredentials,
        client_id: clientId,
        client_secret: clientSecret,
        scope,
      }),
  }
}
