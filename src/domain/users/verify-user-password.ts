import { PasswordQueueFullError, verifyAgainstNothing, verifyPassword } from "../../crypto/password-hash.ts"
import type { UserRecord } from "../../storage/records.ts"
import type { DomainContext } from "../context.ts"
import { DomainError } from "../errors.ts"

/** The user of that name, letter case ignored, whichever tenant is theirs. */
export async function findUser(
  { store }: DomainContext,
  userPrincipalName: string,
): Promise<UserRecord | undefined> {
  const [user] = await store.users.list({
    where: { userPrincipalNameKey: userPrincipalName.toLowerCase() },
    limit: 1,
  })
  return user
}

/**
 * The user that this name and password prove. An unknown name takes as long as a wrong password and
 * reads the same.
 *
 * @throws DomainError `unauthenticated` - no such user, wrong password, or disabled
 * @throws DomainError `throttled` - too many passwords are being checked at this moment
 */
export async function verifyUserPassword(
  context: DomainContext,
  { userPrincipalName, password }: { userPrincipalName: string; password: string },
): Promise<UserRecord> {
  const user = await findUser(context, userPrincipalName)
  if (user === undefined) {
    await bounded(() => verifyAgainstNothing(password))
    throw refused()
  }
  const proven = await bounded(() => verifyPassword(user.passwordHash, password))
  if (!proven || !user.enabled) throw refused()
  return user
}

async function bounded(check: () => Promise<boolean>): Promise<boolean> {
  try {
    return await check()
  } catch (error) {
    if (!(error instanceof PasswordQueueFullError)) throw error
    throw new DomainError("throttled", "user", {
      detail: "Too many sign-ins at once; try again",
      cause: error,
    })
  }
}

function refused(): DomainError {
  return new DomainError("unauthenticated", "user", { detail: "The user name or password is wrong" })
}
