import type { FastifyReply } from "fastify"
import { issuerOf, type PublishedSigningKey, listPublishedSigningKeys } from "../../domain/tokens/index.ts"
import type { JsonWebKeyBody } from "../../wire/oauth.ts"
import { issuerTenant } from "./discovery.ts"
import { allowCaching } from "./headers.ts"
import type { EndpointVersion, OAuthCall } from "./call.ts"
import { resolveTenant } from "./tenant-segment.ts"

/**
 * The key set, the same for every tenant but for `issuer`.
 *
 * @see RFC 7517 section 5, https://www.rfc-editor.org/rfc/rfc7517.html#section-5
 */
export function answerKeys(version: EndpointVersion) {
  return async ({ context, reply, tenantSegment }: OAuthCall): Promise<FastifyReply> => {
    const tenant = await resolveTenant(context, tenantSegment, "invalid_tenant")
    const issuer = issuerOf(context, version === "v1" ? 1 : 2, issuerTenant(tenant))
    const keys = await listPublishedSigningKeys(context)
    return allowCaching(reply).send({ keys: keys.map((key) => toBody(key, issuer)) })
  }
}

function toBody({ kid, jwk, certificateDer }: PublishedSigningKey, issuer: string): JsonWebKeyBody {
  const x5c = [Buffer.from(certificateDer).toString("base64")]
  return { kty: jwk.kty, use: "sig", kid, x5t: kid, n: jwk.n, e: jwk.e, x5c, issuer }
}
