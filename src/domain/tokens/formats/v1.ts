import { clientClass, readShared, sharedClaims } from "./claims.ts"
import type { TokenFormat } from "./format.ts"

/**
 * Version 1.0. Its issuer has the form of `https://sts.windows.net/{tenant}/` on our own host: clients demand that
 * an issuer's host is the authority's, and `sts.windows.net` is not ours to speak for.
 *
 * @see contracts/entra.md 1.3 and 2.11
 */
export const v1: TokenFormat = {
  audienceOf: ({ requestedAudience }) => requestedAudience,
  issuerOf: (authority, tenantId) => `${authority}/${tenantId}/`,
  headerOf: (kid) => ({ x5t: kid, kid }),
  toClaims(facts) {
    const issuer = v1.issuerOf(facts.authority, facts.tenantId)
    return {
      aud: v1.audienceOf(facts),
      iss: issuer,
      iat: facts.issuedAt,
      nbf: facts.issuedAt,
      exp: facts.expiresAt,
      aio: facts.opaque.aio,
      appid: facts.appId,
      appidacr: clientClass(facts.strength),
      idp: issuer,
      ...(facts.saysHolderKind && { idtyp: "app" }),
      ...sharedClaims(facts),
      ver: "1.0",
    }
  },
  read: (claims) => readShared(claims, "appid"),
}
