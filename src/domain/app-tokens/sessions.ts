import { randomBase64url } from "../../crypto/random.ts"
import { digestSecret } from "../../crypto/secret-hash.ts"
import type { AppTokenIdentityRecord, AppTokenSessionRecord } from "../../storage/records.ts"
import type { DomainContext } from "../context.ts"
import { DomainError } from "../errors.ts"
import { isIdentityEnabled } from "./identities.ts"

/** A session ends this long after its last use. */
const sessionLifetimeSeconds = 25 * 60

const sessionLifetimeMaxSeconds = 12 * 3600
/** A session in use is written at most this often. */
const renewalStepSeconds = 60
const sweepMax = 100

export interface OpenedSession {
  /** For the cookie; only its digest is kept. */
  value: string
  identity: AppTokenIdentityRecord
}

/** Opens a session for an identity that has just signed in, and clears away some that have ended. */
export async function openSession(
  context: DomainContext,
  identity: AppTokenIdentityRecord,
): Promise<OpenedSession> {
  const value = randomBase64url(32)
  const now = context.clock.now()
  await context.store.transaction(async (tx) => {
    const ended = await tx.appTokenSessions.list({
      below: { field: "expiresAt", value: now },
      limit: sweepMax,
    })
    for (const { sessionDigest } of ended) await tx.appTokenSessions.delete({ sessionDigest })
    await tx.appTokenSessions.insert({
      sessionDigest: digestOf(context, value),
      identityId: identity.id,
      createdAt: now,
      expiresAt: now + sessionLifetimeSeconds,
    })
  })
  return { value, identity }
}

/**
 * The identity of a session in use, with the roles it has now. Using a session prolongs it, up to
 * twelve hours in all.
 *
 * @throws DomainError `unauthenticated` - unknown or ended, or its user was disabled
 */
export async function verifySession(context: DomainContext, value: string): Promise<AppTokenIdentityRecord> {
  const session = await context.store.appTokenSessions.find({ sessionDigest: digestOf(context, value) })
  if (session === undefined || session.expiresAt <= context.clock.now()) throw sessionEnded()
  const identity = await context.store.appTokenIdentities.find({ id: session.identityId })
  if (identity === undefined || !(await isIdentityEnabled(context, identity))) throw sessionEnded()
  await prolong(context, session)
  return identity
}

async function prolong(
  context: DomainContext,
  { sessionDigest, createdAt, expiresAt }: AppTokenSessionRecord,
) {
  const wanted = Math.min(context.clock.now() + sessionLifetimeSeconds, createdAt + sessionLifetimeMaxSeconds)
  if (wanted < expiresAt + renewalStepSeconds) return
  await context.store.transaction(async (tx) => {
    const session = await tx.appTokenSessions.find({ sessionDigest })
    if (session !== undefined) await tx.appTokenSessions.update({ ...session, expiresAt: wanted })
  })
}

function sessionEnded(): DomainError {
  return new DomainError("unauthenticated", "caller", {
    detail: "The session has ended. Sign in again",
    reason: "session",
  })
}

function digestOf({ keyring }: DomainContext, value: string): string {
  return Buffer.from(digestSecret(keyring.pepper, value)).toString("hex")
}
