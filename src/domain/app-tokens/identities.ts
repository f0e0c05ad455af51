import { hashPassword } from "../../crypto/password-hash.ts"
import type { AppTokenIdentityRecord } from "../../storage/records.ts"
import { AlreadyExistsError, type ReadCollections, type Transaction } from "../../storage/store.ts"
import { recordEvent } from "../audit/index.ts"
import type { DomainContext } from "../context.ts"
import { DomainError, invalidInput, notFound } from "../errors.ts"
import type { AppTokenCaller } from "./caller.ts"
import { resolveRoleNames } from "./custom-roles.ts"
import { requireAdministrator } from "./require-token-role.ts"

export interface NewIdentity {
  name: string
  tokenRoles: readonly string[]
  /** The directory user whose password signs this identity in. */
  userId?: string | undefined
  /** A password of its own, for an identity that is no directory user. */
  password?: string | undefined
}

const nameCharactersMax = 128
const passwordCharactersMin = 8
const passwordBytesMax = 1024
/** The vendor's own identity for scheduled work; it holds no tokens. */
const reservedNames = ["system"]

/**
 * Makes an identity, for the caller to grant tokens to.
 *
 * @throws DomainError `forbidden` - the caller is no Administrator
 * @throws DomainError `invalidInput` - name, role, user or password against the rules
 * @throws DomainError `alreadyExists` - the name is taken, letter case ignored
 */
export async function createIdentity(
  context: DomainContext,
  caller: AppTokenCaller,
  request: NewIdentity,
): Promise<AppTokenIdentityRecord> {
  await requireAdministrator(context, caller, "AppTokenIdentityCreate")
  const name = parseIdentityName(request.name)
  const tokenRoles = await resolveRoleNames(context, request.tokenRoles)
  const userId = await existingUser(context, request)
  const passwordHash = request.password === undefined ? null : await hashChecked(request.password)
  try {
    return await context.store.transaction((tx) =>
      insertIdentity(tx, context, caller, { name, tokenRoles, userId, passwordHash }),
    )
  } catch (error) {
    if (!(error instanceof AlreadyExistsError)) throw error
    throw new DomainError("alreadyExists", "appTokenIdentity", {
      detail: `Identity "${name}" exists already`,
      cause: error,
    })
  }
}

/** @throws DomainError `notFound`; `forbidden` - another identity, and the caller is no Administrator */
export async function getIdentity(
  context: DomainContext,
  caller: AppTokenCaller,
  id: number,
): Promise<AppTokenIdentityRecord> {
  if (id !== caller.identityId) await requireAdministrator(context, caller, "AppTokenIdentityRead")
  const identity = await context.store.appTokenIdentities.find({ id })
  if (identity === undefined) throw identityNotFound(id)
  return identity
}

/** By id. @throws DomainError `forbidden` - the caller is no Administrator */
export async function listIdentities(
  context: DomainContext,
  caller: AppTokenCaller,
): Promise<AppTokenIdentityRecord[]> {
  await requireAdministrator(context, caller, "AppTokenIdentityRead")
  return context.store.appTokenIdentities.list({ orderBy: "id" })
}

/** The identity of that name, letter case ignored. */
export async function findIdentityByName(
  { store }: { store: Pick<ReadCollections, "appTokenIdentities"> },
  name: string,
): Promise<AppTokenIdentityRecord | undefined> {
  const [identity] = await store.appTokenIdentities.list({
    where: { nameKey: toIdentityNameKey(name) },
    limit: 1,
  })
  return identity
}

/** Whether the directory user behind an identity, if there is one, may still enter. */
export async function isIdentityEnabled(
  { store }: DomainContext,
  { userId }: AppTokenIdentityRecord,
): Promise<boolean> {
  if (userId === null) return true
  return (await store.users.find({ id: userId }))?.enabled === true
}

/** Stores an identity under the next id with its audit event, as part of a transaction. */
export async function insertIdentity(
  tx: Transaction,
  context: DomainContext,
  caller: AppTokenCaller,
  fields: Pick<AppTokenIdentityRecord, "name" | "tokenRoles"> &
    Partial<Pick<AppTokenIdentityRecord, "userId" | "passwordHash">>,
): Promise<AppTokenIdentityRecord> {
  const [last] = await tx.appTokenIdentities.list({ orderBy: "id", descending: true, limit: 1 })
  const identity: AppTokenIdentityRecord = {
    id: (last?.id ?? 0) + 1,
    name: fields.name,
    nameKey: toIdentityNameKey(fields.name),
    tokenRoles: fields.tokenRoles,
    userId: fields.userId ?? null,
    passwordHash: fields.passwordHash ?? null,
    createdAt: context.clock.now(),
  }
  await tx.appTokenIdentities.insert(identity)
  await recordEvent(tx, context, {
    tenantId: null,
    actor: caller.name,
    action: "AppTokenIdentityCreate",
    target: identity.name,
    correlationId: caller.correlationId,
    details: { identityId: identity.id, tokenRoles: identity.tokenRoles },
  })
  return identity
}

/** @throws DomainError `invalidInput` - empty, too long, with control characters, or reserved */
export function parseIdentityName(name: string): string {
  const trimmed = name.trim().normalize("NFC")
  if (trimmed === "" || trimmed.length > nameCharactersMax || /\p{C}/u.test(trimmed)) {
    throw invalidInput(
      "appTokenIdentity",
      "name",
      `The name of an identity has 1 to ${nameCharactersMax} visible characters`,
    )
  }
  if (reservedNames.includes(toIdentityNameKey(trimmed))) {
    throw invalidInput(
      "appTokenIdentity",
      "name",
      `The identity "${trimmed}" is reserved and holds no tokens`,
    )
  }
  return trimmed
}

export function identityNotFound(id: number): DomainError {
  return notFound("appTokenIdentity", `Identity ${id} was not found`)
}

/** What makes two spellings the same name: blanks around it, letter case and composition are ignored. */
export function toIdentityNameKey(name: string): string {
  return name.trim().normalize("NFC").toLowerCase()
}

async function existingUser(
  { store }: DomainContext,
  { userId, password }: NewIdentity,
): Promise<string | null> {
  if (userId === undefined) return null
  if (password !== undefined) {
    throw invalidInput(
      "appTokenIdentity",
      "password",
      "A directory user signs in with the user's own password",
    )
  }
  if ((await store.users.find({ id: userId })) === undefined) {
    throw invalidInput("appTokenIdentity", "userId", `There is no user "${userId}"`)
  }
  return userId
}

async function hashChecked(password: string): Promise<string> {
  const bytes = Buffer.byteLength(password.normalize("NFC"))
  if (
    Array.from(password).length < passwordCharactersMin ||
    Math.max(bytes, password.length) > passwordBytesMax
  ) {
    throw invalidInput(
      "appTokenIdentity",
      "password",
      `A password has at least ${passwordCharactersMin} characters and at most ${passwordBytesMax} bytes`,
    )
  }
  return hashPassword(password)
}
