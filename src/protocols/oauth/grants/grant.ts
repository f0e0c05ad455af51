import type { AuthenticatedClient } from "../../../domain/client-authentication/index.ts"
import type { DomainContext } from "../../../domain/context.ts"
import type { IssuedToken } from "../../../domain/tokens/index.ts"
import type { AadstsCode } from "../../../wire/aadsts.ts"
import type { EndpointVersion } from "../call.ts"
import type { Form } from "../form.ts"

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
