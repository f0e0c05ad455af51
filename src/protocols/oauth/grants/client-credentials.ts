import { findResource } from "../../../domain/applications/index.ts"
import { issueAppOnlyToken } from "../../../domain/tokens/index.ts"
import { OAuthError } from "../errors.ts"
import { findParameter, type Form, requireParameter } from "../form.ts"
import type { EndpointVersion } from "../call.ts"
import { resourceOfDefaultScope } from "../scope.ts"
import type { Grant } from "./grant.ts"

/**
 * `client_credentials`: an application asks for itself. It gets a token even when no role was given to it; the resource
 * decides what it may do.
 *
 * @see RFC 6749 section 4.4, https://www.rfc-editor.org/rfc/rfc6749.html#section-4.4
 * @see contracts/entra.md 2.5 and 2.8
 */
export const clientCredentials: Grant = {
  codeWithoutCredential: 7000216,
  async issue(context, { form, version, tenantId, client }) {
    const requestedAudience = readResource(form, version)
    const resource = await findResource(context, tenantId, requestedAudience)
    if (resource === undefined) {
      throw new OAuthError(500011, { detail: `Tenant "${tenantId}" has no resource "${requestedAudience}"` })
    }
    const { servicePrincipal, strength } = client
    return issueAppOnlyToken(context, { servicePrincipal, resource, requestedAudience, strength })
  },
}

function readResource(form: Form, version: EndpointVersion): string {
  if (version === "v1") return requireParameter(form, "resource")
  if (findParameter(form, "resource") !== undefined) throw new OAuthError(901002)
  return resourceOfDefaultScope(requireParameter(form, "scope"))
}
