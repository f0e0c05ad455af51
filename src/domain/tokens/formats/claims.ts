import type { AppOnlyFacts, Claims, ReadFacts } from "./format.ts"

/** Claims that both versions have under the same names. */
export function sharedClaims(facts: AppOnlyFacts) {
  return {
    ...(facts.appRoles.length > 0 && { roles: [...facts.appRoles] }),
    ...(facts.managedIdentityId !== undefined && { xms_mirid: facts.managedIdentityId }),
    oid: facts.principalId,
    sub: facts.principalId,
    tid: facts.tenantId,
    rh: facts.opaque.rh,
    uti: facts.tokenId,
  }
}

/** `appidacr` and `azpacr`: how the client proved itself. */
export function clientClass(strength: AppOnlyFacts["strength"]): "1" | "2" {
  return strength === "secret" ? "1" : "2"
}

/** @param clientClaim where this version has the client id */
export function readShared(claims: Claims, clientClaim: "appid" | "azp"): ReadFacts | undefined {
  const { tid, oid, uti, roles = [], [clientClaim]: appId } = claims
  if (typeof tid !== "string" || typeof oid !== "string" || typeof uti !== "string") return undefined
  if (typeof appId !== "string" || !isTexts(roles)) return undefined
  return { tenantId: tid, appId, principalId: oid, tokenId: uti, appRoles: roles }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string")
}
