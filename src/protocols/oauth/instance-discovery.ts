import type { FastifyReply } from "fastify"
import { endpointPaths as paths, type InstanceDiscoveryBody } from "../../wire/oauth.ts"
import { OAuthError } from "./errors.ts"
import { allowCaching } from "./headers.ts"
import type { OAuthCall } from "./call.ts"

/** What clients send; every one gets the same answer. */
const apiVersions = ["1.0", "1.1"]

/**
 * Vouches for this authority, and for no other: the answer to a client that wants to know whether the host it is to
 * send credentials to is an identity provider.
 *
 * @see contracts/entra.md 1.2
 */
export function answerInstanceDiscovery({ context, request, reply }: OAuthCall): FastifyReply {
  const { "api-version": apiVersion, authorization_endpoint: endpoint } = request.query as Record<
    string,
    unknown
  >
  if (typeof apiVersion !== "string" || apiVersion === "") {
    throw new OAuthError(90014, { detail: 'The missing field is "api-version"' })
  }
  if (!apiVersions.includes(apiVersion))
    throw new OAuthError(9002313, { detail: "The api-version is 1.0 or 1.1" })
  if (typeof endpoint !== "string" || endpoint === "") {
    throw new OAuthError(90014, { detail: 'The missing field is "authorization_endpoint"' })
  }
  const { authority } = context.endpoints
  const body: InstanceDiscoveryBody = {
    tenant_discovery_endpoint: `${authority}/${tenantOfEndpoint(endpoint, authority)}${paths.openidConfigurationV2}`,
    "api-version": apiVersion,
    metadata: [toMetadata(new URL(authority))],
  }
  return allowCaching(reply).send(body)
}

/** @throws OAuthError 50049 another host. Java and az leave the port out. */
function tenantOfEndpoint(endpoint: string, authority: string): string {
  const own = new URL(authority)
  const asked = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  const isOurs = asked?.protocol === own.protocol && (asked.host === own.host || asked.host === own.hostname)
  const [, tenant = ""] = asked?.pathname.split("/") ?? []
  if (!isOurs || !/^[A-Za-z0-9.-]+$/.test(tenant)) throw new OAuthError(50049)
  return tenant.toLowerCase()
}

function toMetadata({ host, hostname }: URL): InstanceDiscoveryBody["metadata"][number] {
  return { preferred_network: hostname, preferred_cache: hostname, aliases: [...new Set([hostname, host])] }
}
