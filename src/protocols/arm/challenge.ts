import type { FastifyRequest } from "fastify"
import { findDefaultTenant, findTenantIdOfSubscription } from "../../domain/tenants/index.ts"
import type { SurfaceContext } from "../surface.ts"

/**
 * The `WWW-Authenticate` challenge of every 401: where to get a token, at the tenant of the subscription that the path
 * names.
 *
 * @see contracts/entra.md 5.2
 */
export async function toChallenge(
  context: SurfaceContext,
  request: FastifyRequest,
  description: string,
): Promise<string> {
  const [, subscriptionId] = /^\/subscriptions\/([^/?]+)/i.exec(request.url) ?? []
  const named =
    subscriptionId === undefined ? undefined : await findTenantIdOfSubscription(context, subscriptionId)
  const tenantId = named ?? (await findDefaultTenant(context))?.id ?? "common"
  const authority = `${context.endpoints.authority}/${tenantId}`
  return `Bearer authorization_uri="${authority}", error="invalid_token", error_description="${description.replaceAll('"', "'")}"`
}
