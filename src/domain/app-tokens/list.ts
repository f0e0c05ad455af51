import type { AppTokenIdentityRecord, AppTokenRecord } from "../../storage/records.ts"
import type { DomainContext } from "../context.ts"
import { type DomainError, notFound } from "../errors.ts"
import type { AppTokenCaller } from "./caller.ts"
import { isAdministrator, requireManagementRole } from "./require-token-role.ts"

/** A token on record with its holder. Its value is not among what is kept. */
export interface AppToken {
  record: AppTokenRecord
  identity: AppTokenIdentityRecord
}

/**
 * Tokens by id, revoked ones included: all of them for an Administrator, otherwise the caller's own.
 *
 * @throws DomainError `forbidden` - no role of the management API
 */
export async function listAppTokens(context: DomainContext, caller: AppTokenCaller): Promise<AppToken[]> {
  await requireManagementRole(context, caller, "AppTokenRead")
  const { appTokens, appTokenIdentities } = context.store
  if (isAdministrator(caller)) {
    const identities = await appTokenIdentities.list({})
    return join(await appTokens.list({ orderBy: "id" }), identities)
  }
  if (caller.identityId === null) return []
  const own = await appTokenIdentities.find({ id: caller.identityId })
  const records = await appTokens.list({ where: { identityId: caller.identityId }, orderBy: "id" })
  return join(records, own === undefined ? [] : [own])
}

/**
 * @throws DomainError `forbidden` - no role of the management API
 * @throws DomainError `notFound` - no such token, or another's and the caller is no Administrator: which
 *   of the two is not told
 */
export async function getAppToken(
  context: DomainContext,
  caller: AppTokenCaller,
  id: number,
): Promise<AppToken> {
  await requireManagementRole(context, caller, "AppTokenRead")
  const record = await context.store.appTokens.find({ id })
  if (record === undefined || !isVisibleTo(caller, record)) throw appTokenNotFound(id)
  const identity = await context.store.appTokenIdentities.find({ id: record.identityId })
  if (identity === undefined) throw appTokenNotFound(id)
  return { record, identity }
}

function isVisibleTo(caller: AppTokenCaller, record: AppTokenRecord): boolean {
  return isAdministrator(caller) || record.identityId === caller.identityId
}

export function appTokenNotFound(id: number): DomainError {
  return notFound("appToken", `App token ${id} was not found`)
}

function join(records: AppTokenRecord[], identities: AppTokenIdentityRecord[]): AppToken[] {
  const byId = new Map(identities.map((identity) => [identity.id, identity]))
  return records.flatMap((record) => {
    const identity = byId.get(record.identityId)
    return identity === undefined ? [] : [{ record, identity }]
  })
}
