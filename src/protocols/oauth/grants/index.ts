/**
 * The grants of the token endpoint: one file a grant, one table. A new grant is a file and a line. A grant says what it
 * demands of the client and issues; the phases around it are token.ts, so that none of them can be forgotten.
 *
 * Governing documents: contracts/entra.md 2.5, RFC 6749 section 4.
 */
import type { AuthenticatedClient } from "../../../domain/client-authentication/index.ts"
import type { DomainContext } from "../../../domain/context.ts"
import type { IssuedToken } from "../../../domain/tokens/index.ts"
import type { AadstsCode } from "../../../wire/aadsts.ts"
import { grantTypes } from "../../../wire/oauth.ts"
import type { Form } from "../form.ts"
import type { EndpointVersion } from "../call.ts"
import { clientCredentials } from "./client-credentials.ts"

export interface Grant {
  /** What is said to a client that proves nothing. */
  readonly codeWithoutCredential: AadstsCode
  /** @throws OAuthError what the grant finds wrong with its own parameters */
  issue(context: DomainContext, request: GrantRequest): Promise<IssuedToken>
}

export interface GrantRequest {
  form: Form
  version: EndpointVersion
  tenantId: string
  client: AuthenticatedClient
}

const grants: ReadonlyMap<string, Grant> = new Map([[grantTypes.clientCredentials, clientCredentials]])

export function findGrant(grantType: string): Grant | undefined {
  return grants.get(grantType)
}
