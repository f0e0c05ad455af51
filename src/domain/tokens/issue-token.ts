import { encodeBase64url } from "../../crypto/base64url.ts"
import { signJws } from "../../crypto/jws.ts"
import { randomBytes } from "../../crypto/random.ts"
import type { ServicePrincipalRecord } from "../../storage/records.ts"
import type { Resource } from "../applications/index.ts"
import type { DomainContext } from "../context.ts"
import { type AppOnlyFacts, type ClientStrength, formatOf } from "./formats/index.ts"
import { getActiveSigningKey } from "./signing-keys.ts"

export interface NewAppOnlyToken {
  /** Who it is for; the caller has made sure that it proved itself and is enabled. */
  servicePrincipal: ServicePrincipalRecord
  resource: Resource
  /** The resource in the words of the request: a v1 token repeats them. */
  requestedAudience: string
  strength: ClientStrength
  appRoles?: readonly string[]
  /** ARM id of the managed identity. */
  managedIdentityId?: string
  /** Random between 60 and 90 minutes when not given. */
  lifetimeSeconds?: number
}

export interface IssuedToken {
  accessToken: string
  lifetimeSeconds: number
  notBefore: number
  expiresAt: number
  /** The resource as requested. */
  requestedAudience: string
  /** Names the token in logs. */
  tokenId: string
}

const shortestSeconds = 3600
const spreadSeconds = 1800
const backdatingSeconds = 300
const tokenIdBytes = 16
const opaqueBytes = 24

/**
 * Issues a token to an application for itself. It holds from five minutes ago, as in Entra, so that a resource whose
 * clock is slow takes it.
 *
 * @see contracts/entra.md 2.11 and 2.12
 */
export async function issueAppOnlyToken(
  context: DomainContext,
  request: NewAppOnlyToken,
): Promise<IssuedToken> {
  const key = await getActiveSigningKey(context)
  const format = formatOf(request.resource.accessTokenVersion)
  const lifetimeSeconds = request.lifetimeSeconds ?? context.accessTokenLifetimeSeconds ?? randomLifetime()
  const facts = toFacts(context, request, context.clock.now() + lifetimeSeconds)
  const header = { typ: "JWT", alg: "RS256", ...format.headerOf(key.kid) } as const
  return {
    // On this thread: Node lets one thread at a time sign with a key, and the others wait for it.
    accessToken: signJws(header, format.toClaims(facts), key.privateKey),
    lifetimeSeconds,
    notBefore: facts.issuedAt,
    expiresAt: facts.expiresAt,
    requestedAudience: request.requestedAudience,
    tokenId: facts.tokenId,
  }
}

function toFacts(
  { clock, endpoints }: DomainContext,
  { servicePrincipal, resource, ...request }: NewAppOnlyToken,
  expiresAt: number,
): AppOnlyFacts {
  return {
    authority: endpoints.authority,
    tenantId: servicePrincipal.tenantId,
    requestedAudience: request.requestedAudience,
    resourceAppId: resource.appId,
    saysHolderKind: resource.wellKnown !== undefined || request.managedIdentityId !== undefined,
    appId: servicePrincipal.appId,
    principalId: servicePrincipal.id,
    strength: request.strength,
    appRoles: request.appRoles ?? [],
    managedIdentityId: request.managedIdentityId,
    issuedAt: clock.now() - backdatingSeconds,
    expiresAt,
    ...randomNames(),
  }
}

/** One draw for the three of them: a draw costs more than its bytes. */
function randomNames(): Pick<AppOnlyFacts, "tokenId" | "opaque"> {
  const drawn = randomBytes(tokenIdBytes + 2 * opaqueBytes)
  const aio = encodeBase64url(drawn.subarray(tokenIdBytes, tokenIdBytes + opaqueBytes))
  const rh = encodeBase64url(drawn.subarray(tokenIdBytes + opaqueBytes))
  return { tokenId: encodeBase64url(drawn.subarray(0, tokenIdBytes)), opaque: { aio, rh: `1.${rh}` } }
}

/** Spread, so that clients that started together do not come back together. */
function randomLifetime(): number {
  const [high = 0, low = 0] = randomBytes(2)
  return shortestSeconds + ((high * 256 + low) % (spreadSeconds + 1))
}
