import { clientClass, readShared, sharedClaims } from "./claims.ts"
import type { TokenFormat } from "./format.ts"

/**
 * Version 2.0: the audience is the resource's client id, whatever was asked for.
 *
 * @see contracts/entra.md 2.10 and 2.11
 */
export const v2: TokenFormat = {
  audienceOf: ({ resourceAppId }) => resourceAppId,
  issuerOf: (authority, tenantId) => `${authority}/${tenantId}/v2.0`,
  headerOf: (kid) => ({ kid }),
  toClaims: (facts) => ({
    aud: v2.audienceOf(facts),
    iss: v2.issuerOf(facts.authority, facts.tenantId),
    iat: facts.issuedAt,
    nbf: facts.issuedAt,
    exp: facts.expiresAt,
    aio: facts.opaque.aio,
    azp: facts.appId,
    azpacr: clientClass(facts.strength),
    ...sharedClaims(facts),
    ver: "2.0",
  }),
  read: (claims) => readShared(claims, "azp"),
}
