import { isGuid } from "../../guid.ts"
import { hashPassword } from "../../crypto/password-hash.ts"
import type { UserRecord } from "../../storage/records.ts"
import { AlreadyExistsError, type Transaction } from "../../storage/store.ts"
import { type Caller, requireAction } from "../access/index.ts"
import { recordEvent } from "../audit/index.ts"
import type { DomainContext } from "../context.ts"
import { DomainError, invalidInput } from "../errors.ts"
import { findTenant } from "../tenants/index.ts"

export interface NewUser {
  /** The object id, a GUID; random when not given. */
  id?: string | undefined
  /** `name@domain`, in the domain of the tenant. */
  userPrincipalName: string
  displayName?: string | undefined
  password: string
}

const principalName = /^(?<local>[a-z0-9](?:[a-z0-9._'-]{0,62}[a-z0-9_])?)@(?<domain>[a-z0-9.-]+)$/i
const passwordCharactersMin = 8
const passwordBytesMax = 1024

/**
 * Makes a user in the caller's tenant.
 *
 * @throws DomainError `forbidden` - only keybearer itself, or who may do everything, makes users
 * @throws DomainError `invalidInput` - name, domain or password against the rules
 * @throws DomainError `alreadyExists` - the user principal name, or the id, is taken
 */
export async function createUser(
  context: DomainContext,
  caller: Caller,
  request: NewUser,
): Promise<UserRecord> {
  await requireAction(context, caller, "Microsoft.Directory/users/write", "/")
  const tenant = await findTenant(context, caller.tenantId)
  if (tenant === undefined)
    throw invalidInput("tenant", "tenantId", `There is no tenant "${caller.tenantId}"`)
  const user = await toUser(context, tenant, request)
  try {
    await context.store.transaction((tx) => insertUser(tx, context, caller, user))
  } catch (error) {
    if (!(error instanceof AlreadyExistsError)) throw error
    throw new DomainError("alreadyExists", "user", {
      detail: `User "${user.userPrincipalName}" exists already`,
      cause: error,
    })
  }
  return user
}

/** Checks what was asked for and hashes the password. Slow; before any transaction. */
export async function toUser(
  { clock, ids }: DomainContext,
  tenant: { id: string; domain: string },
  request: NewUser,
): Promise<UserRecord> {
  const { userPrincipalName } = request
  const id = (request.id ?? ids.guid()).toLowerCase()
  if (!isGuid(id)) throw invalidInput("user", "id", `"${id}" cannot be an object id: give a GUID`)
  const { local, domain } = principalName.exec(userPrincipalName)?.groups ?? {}
  if (local === undefined || domain?.toLowerCase() !== tenant.domain) {
    throw invalidInput(
      "user",
      "userPrincipalName",
      `"${userPrincipalName}" cannot be a user principal name here: give name@${tenant.domain}`,
    )
  }
  return {
    id,
    tenantId: tenant.id,
    userPrincipalName,
    userPrincipalNameKey: userPrincipalName.toLowerCase(),
    displayName: request.displayName ?? local,
    passwordHash: await hashChecked(request.password),
    enabled: true,
    createdAt: clock.now(),
  }
}

/** Stores a user with its audit event, as part of a transaction. */
export async function insertUser(
  tx: Transaction,
  context: DomainContext,
  caller: Caller,
  user: UserRecord,
): Promise<void> {
  await tx.users.insert(user)
  await recordEvent(tx, context, {
    tenantId: user.tenantId,
    actor: caller.principalId,
    action: "UserCreate",
    target: user.id,
    correlationId: caller.correlationId,
    details: { userPrincipalName: user.userPrincipalName },
  })
}

/**
 * Gives a user another password.
 *
 * @throws DomainError `forbidden`, `notFound`
 * @throws DomainError `invalidInput` - the password is against the rules
 */
export async function setUserPassword(
  context: DomainContext,
  caller: Caller,
  { userId, password }: { userId: string; password: string },
): Promise<void> {
  await requireAction(context, caller, "Microsoft.Directory/users/write", "/")
  const passwordHash = await hashChecked(password)
  await context.store.transaction(async (tx) => {
    const user = await tx.users.find({ id: userId })
    if (user?.tenantId !== caller.tenantId) {
      throw new DomainError("notFound", "user", { detail: `User "${userId}" was not found` })
    }
    await tx.users.update({ ...user, passwordHash })
    await recordEvent(tx, context, {
      tenantId: user.tenantId,
      actor: caller.principalId,
      action: "UserPasswordSet",
      target: user.id,
      correlationId: caller.correlationId,
    })
  })
}

async function hashChecked(password: string): Promise<string> {
  if (Array.from(password).length < passwordCharactersMin) {
    throw invalidInput("user", "password", `A password has at least ${passwordCharactersMin} characters`)
  }
  if (Buffer.byteLength(password.normalize("NFC")) > passwordBytesMax || password.length > passwordBytesMax) {
    throw invalidInput("user", "password", `A password has at most ${passwordBytesMax} bytes`)
  }
  return hashPassword(password)
}
