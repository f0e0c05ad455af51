import { PasswordQueueFullError, verifyAgainstNothing, verifyPassword } from "../../crypto/password-hash.ts"
import type { AppTokenIdentityRecord } from "../../storage/records.ts"
import { recordEvent } from "../audit/index.ts"
import type { DomainContext } from "../context.ts"
import { DomainError } from "../errors.ts"
import { findUser, verifyUserPassword } from "../users/index.ts"
import { findIdentityByName } from "./identities.ts"
import { assertMayTry, forgetFailure, rememberFailure, type SignInAttempt } from "./sign-in-throttle.ts"

export interface SignInRequest extends SignInAttempt {
  /** Name of an identity, or user principal name of the user behind one. */
  name: string
  password: string
  correlationId: string
}

/**
 * The identity that a name and password prove. An unknown name takes as long as a wrong password and
 * reads the same; both are in the audit log.
 *
 * @throws DomainError `unauthenticated` - unknown, wrong, disabled, or an identity without a password
 * @throws DomainError `throttled` - too many failures, or too many passwords being checked
 */
export async function signIn(
  context: DomainContext,
  request: SignInRequest,
): Promise<AppTokenIdentityRecord> {
  assertMayTry(context, request)
  // Before the password is checked, so that guesses sent all at once count as well.
  rememberFailure(context, request)
  const candidate = await findCandidate(context, request.name)
  const proven = await isProven(context, candidate, request)
  if (candidate === undefined || !proven) {
    await recordSignIn(context, candidate, request, "failure")
    throw new DomainError("unauthenticated", "user", { detail: "The user name or password is wrong" })
  }
  forgetFailure(context, request)
  await recordSignIn(context, candidate, request, "success")
  return candidate
}

async function findCandidate(
  context: DomainContext,
  name: string,
): Promise<AppTokenIdentityRecord | undefined> {
  const byName = await findIdentityByName(context, name)
  if (byName !== undefined) return byName
  const user = await findUser(context, name)
  if (user === undefined) return undefined
  const [byUser] = await context.store.appTokenIdentities.list({
    where: { userId: user.id },
    orderBy: "id",
    limit: 1,
  })
  return byUser
}

/** Checks exactly one password, whatever is known of the name. */
async function isProven(
  context: DomainContext,
  candidate: AppTokenIdentityRecord | undefined,
  { password }: SignInRequest,
): Promise<boolean> {
  try {
    if (candidate?.userId != null) return await isProvenByUser(context, candidate.userId, password)
    if (candidate?.passwordHash != null) return await verifyPassword(candidate.passwordHash, password)
    return await verifyAgainstNothing(password)
  } catch (error) {
    if (!(error instanceof PasswordQueueFullError)) throw error
    throw new DomainError("throttled", "user", {
      detail: "Too many sign-ins at once; try again",
      cause: error,
    })
  }
}

async function isProvenByUser(context: DomainContext, userId: string, password: string): Promise<boolean> {
  const user = await context.store.users.find({ id: userId })
  if (user === undefined) return verifyAgainstNothing(password)
  try {
    await verifyUserPassword(context, { userPrincipalName: user.userPrincipalName, password })
    return true
  } catch (error) {
    if (error instanceof DomainError && error.kind === "unauthenticated") return false
    throw error
  }
}

/** An unknown name stays out of the log: people type passwords where names belong. */
async function recordSignIn(
  context: DomainContext,
  identity: AppTokenIdentityRecord | undefined,
  { address, correlationId }: SignInRequest,
  outcome: "success" | "failure",
): Promise<void> {
  const name = identity?.name ?? "unknown"
  await context.store.transaction((tx) =>
    recordEvent(tx, context, {
      tenantId: null,
      actor: name,
      action: "AppTokenSignIn",
      target: name,
      outcome,
      correlationId,
      details: { address },
    }),
  )
}
