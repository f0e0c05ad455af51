import type { FastifyRequest } from "fastify"
import type { Caller } from "../domain/access/index.ts"
import type { WellKnownResource } from "../domain/applications/index.ts"
import type { DomainContext } from "../domain/context.ts"
import { DomainError } from "../domain/errors.ts"
import { verifyAccessToken } from "../domain/tokens/index.ts"
import { correlationIdOf } from "./correlation.ts"

/**
 * The caller that the bearer token of a request proves, for a resource of ours. Surfaces answer a refusal with their
 * own 401.
 *
 * @throws DomainError `unauthenticated` on `token` - its `reason`: `missing` (no bearer token), `malformed`,
 *   `signature`, `audience`, `issuer`, `notYetValid`, `unknownPrincipal`
 * @throws DomainError `expired` on `token` - `expired`
 * @see RFC 6750 section 2.1, https://www.rfc-editor.org/rfc/rfc6750.html#section-2.1
 */
export async function authenticateCaller(
  context: DomainContext,
  request: FastifyRequest,
  resource: WellKnownResource,
): Promise<Caller> {
  const token = bearerTokenOf(request.headers.authorization)
  const { tenantId, principalId, principalType, appId, displayName } = await verifyAccessToken(
    context,
    token,
    {
      resource,
    },
  )
  request.callerId = principalId
  return { tenantId, principalId, principalType, appId, displayName, correlationId: correlationIdOf(request) }
}

const scheme = "bearer "

function bearerTokenOf(authorization: string | undefined): string {
  if (authorization === undefined || authorization.slice(0, scheme.length).toLowerCase() !== scheme) {
    throw new DomainError("unauthenticated", "token", {
      reason: "missing",
      detail: "The request has no bearer token",
    })
  }
  return authorization.slice(scheme.length).trim()
}
