import { JwsError, type ParsedJws, parseJws, verifyJws } from "../../crypto/jws.ts"
import { findServicePrincipalById, isAudienceOf, type WellKnownResource } from "../applications/index.ts"
import type { DomainContext } from "../context.ts"
import { DomainError } from "../errors.ts"
import { revisionCache } from "../revision-cache/index.ts"
import { findTenant } from "../tenants/index.ts"
import { findFormat, type ReadFacts, type TokenFormat } from "./formats/index.ts"
import { findSigningKey, isRetired, type KnownKey } from "./signing-keys.ts"

/** What a believed token says, in our words. */
export interface VerifiedToken {
  tenantId: string
  /** Object id of the service principal: what role assignments name. */
  principalId: string
  principalType: "ServicePrincipal"
  appId: string
  displayName: string
  appRoles: readonly string[]
  /** Names the token in logs. */
  tokenId: string
  notBefore: number
  expiresAt: number
}

/** Why a token is refused. */
export type TokenRefusal =
  | "malformed"
  | "signature"
  | "audience"
  | "issuer"
  | "expired"
  | "notYetValid"
  | "unknownPrincipal"

/**
 * How far the clocks of two nodes may be apart before a new token is too young. Of its end nothing is forgiven: a
 * token must not outlive what its holder was told, and its issuer's clock is our own.
 */
const skewSeconds = 300

const maxRemembered = 4096

interface Believed {
  verified: VerifiedToken
  signedBy: KnownKey
}

/**
 * Tokens that were believed, by resource and their text. What their belief rests on (keys, principals, tenants)
 * empties it; what passes with time is checked on every use.
 */
const believed: Record<WellKnownResource, ReturnType<typeof rememberBelieved>> = {
  vault: rememberBelieved(),
  resourceManager: rememberBelieved(),
  graph: rememberBelieved(),
}

function rememberBelieved() {
  return revisionCache<Believed>(["signingKeys", "servicePrincipals", "tenants"], maxRemembered)
}

/**
 * Verifies an access token presented to one of our resources.
 *
 * @param token compact JWS, untrusted
 * @throws DomainError `unauthenticated` on a `token`, its `reason` a `TokenRefusal`; nothing of the token is told
 * @throws DomainError `expired`
 * @see RFC 8725 section 3, https://www.rfc-editor.org/rfc/rfc8725.html#section-3
 */
export async function verifyAccessToken(
  context: DomainContext,
  token: string,
  { resource }: { resource: WellKnownResource },
): Promise<VerifiedToken> {
  const cache = believed[resource](context.store)
  let entry = cache.get(token)
  if (entry === undefined) {
    entry = await verify(context, token, resource)
    cache.set(token, entry)
    return entry.verified
  }
  const now = context.clock.now()
  if (isRetired(entry.signedBy, now)) throw refuse("signature")
  assertInTime(entry.verified, now)
  return entry.verified
}

async function verify(context: DomainContext, token: string, resource: WellKnownResource): Promise<Believed> {
  const jws = parse(token)
  const signedBy = await findSigner(context, jws)
  const { payload } = jws
  const format = findFormat(payload)
  const facts = format?.read(payload)
  if (format === undefined || facts === undefined) throw refuse("malformed")
  const { notBefore, expiresAt } = readTimes(payload)
  assertIssuer(context, format, facts, payload["iss"])
  assertAudience(context, payload["aud"], resource)
  assertInTime({ notBefore, expiresAt }, context.clock.now())
  const displayName = await findDisplayName(context, facts)
  if (displayName === undefined) throw refuse("unknownPrincipal")
  const verified = { ...facts, principalType: "ServicePrincipal", displayName, notBefore, expiresAt } as const
  return { verified, signedBy }
}

function parse(token: string): ParsedJws {
  try {
    return parseJws(token)
  } catch (error) {
    if (error instanceof JwsError) throw refuse("malformed", error)
    throw error
  }
}

/** RS256 by the key that the header names, among ours; what else the header says of keys is not looked at. */
async function findSigner(context: DomainContext, jws: ParsedJws): Promise<KnownKey> {
  const { kid, typ } = jws.header
  if (typ !== "JWT") throw refuse("malformed")
  const known = typeof kid === "string" ? await findSigningKey(context, kid) : undefined
  if (known === undefined) throw refuse("signature")
  try {
    verifyJws(jws, { algorithms: ["RS256"], key: known.key.publicKey })
  } catch (error) {
    if (error instanceof JwsError) throw refuse("signature", error)
    throw error
  }
  return known
}

/** The issuer is that of the token's own tenant, on the host of the configuration. */
function assertIssuer(
  { endpoints }: DomainContext,
  format: TokenFormat,
  facts: ReadFacts,
  issuer: unknown,
): void {
  if (issuer !== format.issuerOf(endpoints.authority, facts.tenantId)) throw refuse("issuer")
}

/** One audience, as text: a token for several resources would open each with the other's trust. */
function assertAudience({ endpoints }: DomainContext, audience: unknown, resource: WellKnownResource): void {
  const fits = typeof audience === "string" && isAudienceOf(endpoints, resource, audience)
  if (!fits) throw refuse("audience")
}

function readTimes({ nbf, exp }: ParsedJws["payload"]): Pick<VerifiedToken, "notBefore" | "expiresAt"> {
  if (!Number.isSafeInteger(nbf) || !Number.isSafeInteger(exp)) throw refuse("malformed")
  return { notBefore: nbf as number, expiresAt: exp as number }
}

function assertInTime(
  { notBefore, expiresAt }: Pick<VerifiedToken, "notBefore" | "expiresAt">,
  now: number,
): void {
  if (now >= expiresAt) throw refuse("expired")
  if (now < notBefore - skewSeconds) throw refuse("notYetValid")
}

/** Undefined when tenant or service principal are gone or disabled since the token was issued. */
async function findDisplayName(context: DomainContext, facts: ReadFacts): Promise<string | undefined> {
  const principal = await findServicePrincipalById(context, facts.tenantId, facts.principalId)
  if (principal === undefined || !principal.enabled || principal.appId !== facts.appId) return undefined
  const tenant = await findTenant(context, facts.tenantId)
  return tenant === undefined ? undefined : principal.displayName
}

const sentences: Record<TokenRefusal, string> = {
  malformed: "The token is not an access token",
  signature: "The token was not signed by this authority",
  audience: "The token is for another resource",
  issuer: "The token is of another issuer",
  expired: "The token has expired",
  notYetValid: "The token is not valid yet",
  unknownPrincipal: "The application that the token was issued to is gone or disabled",
}

function refuse(reason: TokenRefusal, cause?: unknown): DomainError {
  const kind = reason === "expired" ? "expired" : "unauthenticated"
  return new DomainError(kind, "token", { reason, detail: sentences[reason], cause })
}
