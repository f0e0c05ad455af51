import { digestSecret, digestsEqual } from "../../crypto/secret-hash.ts"
import type { AppTokenIdentityRecord, AppTokenRecord } from "../../storage/records.ts"
import type { DomainContext } from "../context.ts"
import { revisionCache } from "../revision-cache/index.ts"
import { type AppTokenContent, formatOf } from "./formats/index.ts"
import { isIdentityEnabled } from "./identities.ts"
import { refusedToken } from "./refused-token.ts"
import type { AppTokenContext, AppTokenSettings } from "./settings.ts"
import { listVerificationKeys } from "./signing-key.ts"

export interface VerifiedAppToken {
  identity: AppTokenIdentityRecord
  /** Fixed when the token was granted; later changes of the identity do not reach it. */
  tokenRoles: readonly string[]
  appTokenId: number
}

/** Clocks of several nodes differ; a token may be used on all of them as soon as it is granted. */
const clockSkewSeconds = 60

/**
 * Verifies a presented app token: form, signature, issuer, audience and dates, then that the very same
 * token is on record here, was not revoked, and its identity's user not disabled. A token that passed is
 * known by its digest until any token, identity, user or key changes; its dates are looked at every time.
 *
 * @param token untrusted
 * @throws DomainError `unauthenticated` - with the reason in `reason`
 * @see contracts/app-tokens.md 1.1 (validity rule), 2.2 (order of checks)
 */
export async function verifyAppToken(context: AppTokenContext, token: string): Promise<VerifiedAppToken> {
  const passed = passedTokens(context.store)
  const digest = digestSecret(context.keyring.pepper, token)
  // Looking a keyed digest up tells nothing by its time: nobody without the pepper can aim at one.
  const known = passed.get(toMapKey(digest))
  if (known !== undefined && stillHolds(known, context)) return known
  const verified = await verifyFromTheStart(context, token, digest)
  passed.set(toMapKey(digest), verified)
  return verified
}

async function verifyFromTheStart(
  context: AppTokenContext,
  token: string,
  digest: Uint8Array,
): Promise<PassedAppToken> {
  const keys = await listVerificationKeys(context)
  const { handle, content, signingKeyId } = formatOf(token).verify(token, keys)
  const now = context.clock.now()
  if (content !== null) assertContent(content, context.appTokens, now)
  const { record, identity } = await findOnRecord(context, handle)
  // The digest covers every byte: another token that names the same handle is unknown, too.
  if (!digestsEqual(record.tokenDigest, digest)) throw refusedToken("unknown")
  if (record.revokedAt !== null) throw refusedToken("revoked")
  if (record.expiresAt <= now) throw refusedToken("expired")
  if (!(await isIdentityEnabled(context, identity))) throw refusedToken("disabled")
  const keyEndsAt = keys.find(({ id }) => id === signingKeyId)?.retiredAt ?? Infinity
  return {
    identity,
    tokenRoles: record.tokenRoles,
    appTokenId: record.id,
    settings: context.appTokens,
    startsAt: content?.notBefore ?? record.createdAt,
    endsAt: Math.min(content?.expiresAt ?? Infinity, record.expiresAt, keyEndsAt),
  }
}

/** @throws DomainError `unauthenticated` - issuer, audience or dates are not ours or not now */
export function assertContent(content: AppTokenContent, settings: AppTokenSettings, now: number): void {
  if (content.issuer !== settings.issuer) throw refusedToken("wrongIssuer")
  if (content.audience !== settings.audience) throw refusedToken("wrongAudience")
  if (content.notBefore > now + clockSkewSeconds) throw refusedToken("notYetValid")
  if (content.expiresAt <= now) throw refusedToken("expired")
}

async function findOnRecord(
  { store }: DomainContext,
  handle: string,
): Promise<{ record: AppTokenRecord; identity: AppTokenIdentityRecord }> {
  const [record] = await store.appTokens.list({ where: { handle }, limit: 1 })
  const identity = record && (await store.appTokenIdentities.find({ id: record.identityId }))
  if (record === undefined || identity === undefined) throw refusedToken("unknown")
  return { record, identity }
}

/** A token that was found good, under which settings and between which instants. */
interface PassedAppToken extends VerifiedAppToken {
  settings: AppTokenSettings
  startsAt: number
  endsAt: number
}

function stillHolds(
  { settings, startsAt, endsAt }: PassedAppToken,
  { appTokens, clock }: AppTokenContext,
): boolean {
  const now = clock.now()
  return settings === appTokens && startsAt <= now + clockSkewSeconds && now < endsAt
}

function toMapKey(digest: Uint8Array): string {
  return Buffer.from(digest.buffer, digest.byteOffset, digest.byteLength).toString("latin1")
}

/** By digest; good tokens only, so that garbage cannot fill the memory. */
const passedTokens = revisionCache<PassedAppToken>(
  ["appTokens", "appTokenIdentities", "users", "signingKeys"],
  100_000,
)
