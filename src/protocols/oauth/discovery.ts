import type { FastifyReply } from "fastify"
import { findDefaultTenant } from "../../domain/tenants/index.ts"
import { issuerOf } from "../../domain/tokens/index.ts"
import {
  consumersTenantId,
  endpointPaths as paths,
  openidCapabilities,
  userInfoPath,
} from "../../wire/oauth.ts"
import type { SurfaceContext } from "../surface.ts"
import { OAuthError } from "./errors.ts"
import { allowCaching } from "./headers.ts"
import type { EndpointVersion, OAuthCall } from "./call.ts"
import { type NamedTenant, resolveTenant } from "./tenant-segment.ts"

interface Subject {
  tenant: NamedTenant
  /** What stands for the tenant in the endpoints. */
  segment: string
}

/**
 * The openid-configuration of a tenant. Its endpoints keep the spelling of the tenant that was asked for; the issuer
 * has the tenant's GUID, or a placeholder where no tenant is meant.
 *
 * @see contracts/entra.md 1.3
 */
export function answerConfiguration(version: EndpointVersion) {
  return async ({ context, reply, tenantSegment }: OAuthCall): Promise<FastifyReply> => {
    const tenant = await resolveTenant(context, tenantSegment, "invalid_tenant")
    const segment = tenantSegment.toLowerCase()
    return allowCaching(reply).send(toConfiguration(context, version, { tenant, segment }))
  }
}

/**
 * The same for a client that takes us for AD FS: the door through which every version of `az` comes in, since MSAL
 * then asks no public host about the authority. The endpoints inside are those of the tenant.
 *
 * @see contracts/az.md 1 and 3.1
 */
export async function answerAdfsConfiguration(call: OAuthCall): Promise<FastifyReply> {
  const { context, reply, tenantSegment } = call
  const tenant =
    tenantSegment === ""
      ? await findDefaultTenant(context)
      : await resolveTenant(context, tenantSegment, "invalid_tenant")
  if (tenant === undefined || typeof tenant === "string")
    throw new OAuthError(90002, { error: "invalid_tenant" })
  return allowCaching(reply).send(toConfiguration(context, "v2", { tenant, segment: tenant.id }))
}

function toConfiguration(context: SurfaceContext, version: EndpointVersion, subject: Subject): object {
  const { authority, graph } = context.endpoints
  const { host } = new URL(authority)
  const graphHost = new URL(graph).host
  const { issuer, ...endpoints } = version === "v1" ? toV1(context, subject) : toV2(context, subject)
  return {
    token_endpoint: endpoints.token_endpoint,
    ...openidCapabilities,
    jwks_uri: endpoints.jwks_uri,
    issuer,
    ...(version === "v1" && { microsoft_multi_refresh_token: true }),
    authorization_endpoint: endpoints.authorization_endpoint,
    device_authorization_endpoint: endpoints.device_authorization_endpoint,
    end_session_endpoint: endpoints.end_session_endpoint,
    userinfo_endpoint: `${graph}${userInfoPath}`,
    kerberos_endpoint: `${authority}/${subject.segment}${paths.kerberos}`,
    tenant_region_scope: typeof subject.tenant === "string" ? null : "WW",
    cloud_instance_name: host,
    cloud_graph_host_name: graphHost,
    msgraph_host: graphHost,
    rbac_url: context.endpoints.resourceManager,
  }
}

function toV1(context: SurfaceContext, { tenant, segment }: Subject) {
  const base = `${context.endpoints.authority}/${segment}`
  return {
    issuer: issuerOf(context, 1, issuerTenant(tenant)),
    token_endpoint: `${base}${paths.tokenV1}`,
    authorization_endpoint: `${base}${paths.authorizeV1}`,
    device_authorization_endpoint: `${base}${paths.deviceCodeV1}`,
    end_session_endpoint: `${base}${paths.logoutV1}`,
    jwks_uri: `${context.endpoints.authority}/common${paths.keysV1}`,
  }
}

function toV2(context: SurfaceContext, { tenant, segment }: Subject) {
  const base = `${context.endpoints.authority}/${segment}`
  return {
    issuer: issuerOf(context, 2, issuerTenant(tenant)),
    token_endpoint: `${base}${paths.tokenV2}`,
    authorization_endpoint: `${base}${paths.authorizeV2}`,
    device_authorization_endpoint: `${base}${paths.deviceCodeV2}`,
    end_session_endpoint: `${base}${paths.logoutV2}`,
    jwks_uri: `${base}${paths.keysV2}`,
  }
}

/** The placeholder is literal: clients that accept several tenants put the `tid` of a token there. */
export function issuerTenant(tenant: NamedTenant): string {
  if (typeof tenant !== "string") return tenant.id
  return tenant === "consumers" ? consumersTenantId : "{tenantid}"
}
