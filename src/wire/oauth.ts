/**
 * OAuth 2.0 and OpenID Connect as Microsoft Entra ID speaks them: paths, parameter names, fixed values and the
 * shapes of bodies.
 *
 * @see RFC 6749, https://www.rfc-editor.org/rfc/rfc6749.html
 * @see contracts/entra.md 1 and 2
 */

/** What follows the tenant's segment, `https://{authority}/{tenant}`. */
export const endpointPaths = {
  openidConfigurationV1: "/.well-known/openid-configuration",
  openidConfigurationV2: "/v2.0/.well-known/openid-configuration",
  instanceDiscovery: "/discovery/instance",
  keysV1: "/discovery/keys",
  keysV2: "/discovery/v2.0/keys",
  authorizeV1: "/oauth2/authorize",
  authorizeV2: "/oauth2/v2.0/authorize",
  tokenV1: "/oauth2/token",
  tokenV2: "/oauth2/v2.0/token",
  deviceCodeV1: "/oauth2/devicecode",
  deviceCodeV2: "/oauth2/v2.0/devicecode",
  logoutV1: "/oauth2/logout",
  logoutV2: "/oauth2/v2.0/logout",
  kerberos: "/kerberos",
} as const

/** Follows the origin alone, not a tenant. */
export const errorPagePath = "/error"
export const userInfoPath = "/oidc/userinfo"

/** Tenant segments that stand for more than one tenant. */
export const tenantAliases = ["common", "organizations", "consumers"] as const
export type TenantAlias = (typeof tenantAliases)[number]

/** The tenant of personal accounts, which the alias `consumers` stands for. */
export const consumersTenantId = "9188040d-6c67-4c5b-b112-36a304b66dad"

/** The first segment by which MSAL knows AD FS: it then asks no public host to vouch for the authority. */
export const adfsSegment = "adfs"

export const grantTypes = {
  clientCredentials: "client_credentials",
} as const

/** @see RFC 7523 section 2.2, https://www.rfc-editor.org/rfc/rfc7523.html#section-2.2 */
export const jwtBearerAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

/** Scopes of OpenID Connect: they belong to no resource. */
export const oidcScopes = ["openid", "profile", "email", "offline_access"] as const

/** Ends the one scope that an application can ask for by itself: `https://vault.azure.net/.default`. */
export const defaultScopeSuffix = "/.default"

/** contracts/entra.md 2.13 */
export interface OAuthErrorBody {
  error: string
  error_description: string
  error_codes: number[]
  timestamp: string
  trace_id: string
  correlation_id: string
  error_uri?: string
}

/** Answer of the v2 token endpoint to an application. */
export interface TokenBodyV2 {
  token_type: "Bearer"
  expires_in: number
  ext_expires_in: number
  access_token: string
}

/** Answer of the v1 token endpoint to an application: every number as text. */
export interface TokenBodyV1 {
  token_type: "Bearer"
  expires_in: string
  ext_expires_in: string
  expires_on: string
  not_before: string
  resource: string
  access_token: string
}

/** One key of the key set. */
export interface JsonWebKeyBody {
  kty: "RSA"
  use: "sig"
  kid: string
  x5t: string
  n: string
  e: string
  x5c: string[]
  issuer: string
}

export interface InstanceDiscoveryBody {
  tenant_discovery_endpoint: string
  "api-version": string
  metadata: { preferred_network: string; preferred_cache: string; aliases: string[] }[]
}

/** Parts of the openid-configuration that are the same for every tenant. */
export const openidCapabilities = {
  token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
  response_modes_supported: ["query", "fragment", "form_post"],
  subject_types_supported: ["pairwise"],
  id_token_signing_alg_values_supported: ["RS256"],
  response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
  scopes_supported: ["openid", "profile", "email", "offline_access"],
  request_uri_parameter_supported: false,
  http_logout_supported: true,
  frontchannel_logout_supported: true,
  claims_supported: [
    "sub",
    "iss",
    "cloud_instance_name",
    "cloud_instance_host_name",
    "cloud_graph_host_name",
    "msgraph_host",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "acr",
    "nonce",
    "preferred_username",
    "name",
    "tid",
    "ver",
    "at_hash",
    "c_hash",
    "email",
  ],
} as const
