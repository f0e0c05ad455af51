import { findHomeTenantId } from "../../domain/applications/index.ts"
import { type AuthenticatedClient, authenticateClient } from "../../domain/client-authentication/index.ts"
import type { DomainContext } from "../../domain/context.ts"
import { findDefaultTenant, findTenant } from "../../domain/tenants/index.ts"
import type { IssuedToken } from "../../domain/tokens/index.ts"
import {
  adfsSegment,
  endpointPaths as paths,
  tenantAliases,
  type TokenBodyV1,
  type TokenBodyV2,
} from "../../wire/oauth.ts"
import { type PresentedClient, readClient } from "./client-authentication.ts"
import { OAuthError } from "./errors.ts"
import { findParameter, type Form, parseForm, requireParameter } from "./form.ts"
import { findGrant, type Grant } from "./grants/index.ts"
import type { EndpointVersion, OAuthCall } from "./call.ts"
import { resolveTenant } from "./tenant-segment.ts"

interface Tenant {
  id: string
  domain: string
}

/**
 * The token endpoint. The phases are the same for every grant: read the form, find grant and tenant, authenticate the
 * client, let the grant issue, answer in the dialect of the endpoint.
 *
 * @see contracts/entra.md 2.1
 */
export function answerToken(routeVersion: EndpointVersion) {
  return async ({ context, request, tenantSegment }: OAuthCall): Promise<TokenBodyV1 | TokenBodyV2> => {
    const form = parseForm(request)
    const grant = requireGrant(form)
    const presented = readClient(form, request.headers.authorization)
    const version = dialectOf(routeVersion, tenantSegment, form)

    const tenant = await resolveTokenTenant(context, tenantSegment, presented.clientId)
    const client = await authenticate(context, { grant, tenant, presented })
    request.callerId = client.servicePrincipal.id

    const issued = await grant.issue(context, { form, version, tenantId: tenant.id, client })
    return version === "v1" ? toV1Body(issued) : toV2Body(issued)
  }
}

function requireGrant(form: Form): Grant {
  const grantType = requireParameter(form, "grant_type")
  const grant = findGrant(grantType)
  if (grant === undefined) throw new OAuthError(70003, { detail: `It was "${grantType}"` })
  return grant
}

/** AD FS has one endpoint for both: `resource` in the manner of v1, `scope` in that of v2. */
function dialectOf(routeVersion: EndpointVersion, segment: string, form: Form): EndpointVersion {
  const speaksV2 = segment.toLowerCase() === adfsSegment && findParameter(form, "resource") === undefined
  return speaksV2 ? "v2" : routeVersion
}

/** @throws OAuthError 50059 the path names several tenants, of which the application belongs to one */
async function resolveTokenTenant(
  context: DomainContext,
  segment: string,
  clientId: string,
): Promise<Tenant> {
  if (segment.toLowerCase() === adfsSegment) return tenantBehindAdfs(context, clientId)
  const tenant = await resolveTenant(context, segment)
  if (typeof tenant === "string") throw new OAuthError(50059)
  return tenant
}

/** This door's path tells no tenant: it is that of the application. */
async function tenantBehindAdfs(context: DomainContext, clientId: string): Promise<Tenant> {
  const home = await findHomeTenantId(context, clientId)
  const tenant = home === undefined ? await findDefaultTenant(context) : await findTenant(context, home)
  if (tenant === undefined) throw new OAuthError(90002)
  return tenant
}

interface Claim {
  grant: Grant
  tenant: Tenant
  presented: PresentedClient
}

async function authenticate(
  context: DomainContext,
  { grant, tenant, presented }: Claim,
): Promise<AuthenticatedClient> {
  const { clientId: appId, proof } = presented
  if (proof === undefined) throw new OAuthError(grant.codeWithoutCredential)
  return authenticateClient(context, {
    tenantId: tenant.id,
    appId,
    proof,
    audiences: () => audiencesOf(context, tenant),
  })
}

/**
 * What a client assertion may call us: token endpoint, authority and issuer, v1 and v2, under every spelling of this
 * tenant. Lower case.
 *
 * @see contracts/entra.md 2.3
 */
function audiencesOf({ endpoints }: DomainContext, tenant: Tenant): string[] {
  return [tenant.id, tenant.domain, ...tenantAliases, adfsSegment].flatMap((segment) => {
    const base = `${endpoints.authority}/${segment}`.toLowerCase()
    return [`${base}${paths.tokenV2}`, `${base}${paths.tokenV1}`, `${base}/v2.0`, `${base}/`, base]
  })
}

function toV2Body({ lifetimeSeconds, accessToken }: IssuedToken): TokenBodyV2 {
  return {
    token_type: "Bearer",
    expires_in: lifetimeSeconds,
    ext_expires_in: lifetimeSeconds,
    access_token: accessToken,
  }
}

function toV1Body(issued: IssuedToken): TokenBodyV1 {
  return {
    token_type: "Bearer",
    expires_in: String(issued.lifetimeSeconds),
    ext_expires_in: String(issued.lifetimeSeconds),
    expires_on: String(issued.expiresAt),
    not_before: String(issued.notBefore),
    resource: issued.requestedAudience,
    access_token: issued.accessToken,
  }
}
