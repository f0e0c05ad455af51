import type { FastifyRequest } from "fastify"
import type { SurfaceContext } from "../surface.ts"

/**
 * The `WWW-Authenticate` challenge of every 401: where to get a token, and for which resource. Clients compare the
 * resource's host and port with the vault's, take the whole path as tenant, and split at comma and space: nothing else
 * may stand in it.
 *
 * @see contracts/keyvault.md 5.1
 */
export function toChallenge({ endpoints }: SurfaceContext, { challengeTenantId }: FastifyRequest): string {
  const authority = `${endpoints.authority}/${challengeTenantId ?? "common"}`
  return `Bearer authorization="${authority}", resource="${endpoints.vaultResource}"`
}
