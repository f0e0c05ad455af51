import type { DomainContext } from "../../domain/context.ts"
import { findTenant } from "../../domain/tenants/index.ts"
import { isGuid } from "../../guid.ts"
import { type TenantAlias, tenantAliases } from "../../wire/oauth.ts"
import { OAuthError } from "./errors.ts"

/** What the first segment of a path stands for: a tenant, or one of the words for several. */
export type NamedTenant = { id: string; domain: string } | TenantAlias

const domainName = /^(?=.{1,253}$)[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i

/**
 * Reads a tenant segment: the tenant's GUID, its domain in any letter case, or an alias.
 *
 * @param error what an unknown tenant is called in `error`, other than `invalid_request`
 * @throws OAuthError 90002 unknown, 900023 neither a GUID nor a domain name
 */
export async function resolveTenant(
  context: DomainContext,
  segment: string,
  error?: "invalid_tenant",
): Promise<NamedTenant> {
  const alias = tenantAliases.find((word) => word === segment.toLowerCase())
  if (alias !== undefined) return alias
  const tenant = await findTenant(context, segment)
  if (tenant !== undefined) return tenant
  if (!isGuid(segment) && !domainName.test(segment)) throw new OAuthError(900023)
  throw new OAuthError(90002, { detail: `There is no tenant "${segment}"`, ...(error && { error }) })
}
