import { digestSecret } from "../../crypto/secret-hash.ts"
import type { AppTokenIdentityRecord, AppTokenRecord } from "../../storage/records.ts"
import type { Transaction } from "../../storage/store.ts"
import { recordEvent } from "../audit/index.ts"
import type { DomainContext } from "../context.ts"
import { invalidInput } from "../errors.ts"
import type { AppTokenCaller } from "./caller.ts"
import { resolveRoleNames } from "./custom-roles.ts"
import { defaultFormat } from "./formats/index.ts"
import { findIdentityByName, identityNotFound, insertIdentity, parseIdentityName } from "./identities.ts"
import { expiryOf, type WantedLifetime } from "./lifetime.ts"
import type { AppToken } from "./list.ts"
import { denied, requireAdministrator, requireManagementRole } from "./require-token-role.ts"
import type { AppTokenContext } from "./settings.ts"
import { getActiveSigningKey } from "./signing-key.ts"
import { coversRole } from "./token-roles.ts"

export interface NewAppToken extends WantedLifetime {
  /** Whom it speaks for; the caller when not given. A new name makes an identity with the roles given. */
  identity?: { id: number } | { name: string } | undefined
  /** All roles of the caller, or of the identity named, when not given. */
  tokenRoles?: readonly string[] | undefined
}

/** A token with its value: the one time that the value is told. */
export interface IssuedAppToken extends AppToken {
  token: string
}

/** Whom a token is for, before it is known to be allowed. `record` is missing for a new name. */
interface Holder {
  name: string
  record: AppTokenIdentityRecord | undefined
  /** What it gets when no role is asked for. */
  tokenRoles: readonly string[]
}

const action = "AppTokenGrant"

/**
 * Issues an app token for the caller or, by an Administrator, for an identity.
 *
 * @throws DomainError `forbidden` - no role of the management API; another's token without being
 *   Administrator; a role above the caller's own
 * @throws DomainError `notFound` - no such identity
 * @throws DomainError `invalidInput` - no or unknown role, expiry beyond policy, reserved name
 */
export async function issueAppToken(
  context: AppTokenContext,
  caller: AppTokenCaller,
  request: NewAppToken,
): Promise<IssuedAppToken> {
  await requireManagementRole(context, caller, action)
  const holder = await holderOf(context, caller, request.identity)
  const tokenRoles = await rolesOf(context, caller, holder, request.tokenRoles)
  const expiresAt = expiryOf(context, request)
  const issued = await sign(context, holder.name, { tokenRoles, expiresAt })
  const { record, identity } = await context.store.transaction(async (tx) => {
    const identity = await identityFor(tx, context, caller, { ...holder, tokenRoles })
    const record = await insertAppToken(tx, context, caller, { identity, action, fields: issued.fields })
    return { record, identity }
  })
  return { record, identity, token: issued.token }
}

async function holderOf(
  context: DomainContext,
  caller: AppTokenCaller,
  wanted: NewAppToken["identity"],
): Promise<Holder> {
  if (wanted === undefined)
    return { ...(await existing(context, caller.identityId ?? 0)), tokenRoles: caller.tokenRoles }
  if ("id" in wanted) {
    if (wanted.id !== caller.identityId) await requireAdministrator(context, caller, action)
    return existing(context, wanted.id)
  }
  const name = parseIdentityName(wanted.name)
  const record = await findIdentityByName(context, name)
  if (record === undefined || record.id !== caller.identityId)
    await requireAdministrator(context, caller, action)
  return { name: record?.name ?? name, record, tokenRoles: record?.tokenRoles ?? [] }
}

async function existing({ store }: DomainContext, id: number): Promise<Holder> {
  const record = await store.appTokenIdentities.find({ id })
  if (record === undefined) throw identityNotFound(id)
  return { name: record.name, record, tokenRoles: record.tokenRoles }
}

async function rolesOf(
  context: DomainContext,
  caller: AppTokenCaller,
  holder: Holder,
  wanted: readonly string[] | undefined,
): Promise<string[]> {
  const tokenRoles = await resolveRoleNames(context, wanted ?? holder.tokenRoles)
  if (tokenRoles.length === 0) {
    throw invalidInput(
      "appTokenIdentity",
      "role",
      `Identity "${holder.name}" has no role. Give it one, or name the role of the token`,
    )
  }
  const above = tokenRoles.find((role) => !coversRole(caller.tokenRoles, role))
  if (above !== undefined) throw await denied(context, caller, action, `a role that includes ${above}`)
  return tokenRoles
}

async function sign(
  context: AppTokenContext,
  identityName: string,
  { tokenRoles, expiresAt }: { tokenRoles: string[]; expiresAt: number },
) {
  const { clock, ids, keyring, appTokens } = context
  const signingKey = await getActiveSigningKey(context)
  const handle = ids.guid()
  const createdAt = clock.now()
  const { issuer, audience } = appTokens
  const content = { identityName, handle, tokenRoles, issuer, audience, notBefore: createdAt, expiresAt }
  const token = defaultFormat.issue(content, signingKey)
  const fields = {
    handle,
    tokenDigest: digestSecret(keyring.pepper, token),
    format: defaultFormat.name,
    tokenRoles,
    signingKeyId: signingKey.id,
    createdAt,
    expiresAt,
    imported: false,
  }
  return { token, fields }
}

/** The identity on record, or a new one of that name. */
export async function identityFor(
  tx: Transaction,
  context: DomainContext,
  caller: AppTokenCaller,
  { name, record, tokenRoles }: Holder,
): Promise<AppTokenIdentityRecord> {
  const known = record ?? (await findIdentityByName({ store: tx }, name))
  return known ?? insertIdentity(tx, context, caller, { name, tokenRoles: [...tokenRoles] })
}

/** Stores a token under the next id with its audit event, as part of a transaction. */
export async function insertAppToken(
  tx: Transaction,
  context: DomainContext,
  caller: AppTokenCaller,
  {
    identity,
    action,
    fields,
  }: {
    identity: AppTokenIdentityRecord
    action: "AppTokenGrant" | "AppTokenImport"
    fields: Omit<AppTokenRecord, "id" | "identityId" | "revokedAt">
  },
): Promise<AppTokenRecord> {
  const [last] = await tx.appTokens.list({ orderBy: "id", descending: true, limit: 1 })
  const record: AppTokenRecord = {
    ...fields,
    id: (last?.id ?? 0) + 1,
    identityId: identity.id,
    revokedAt: null,
  }
  await tx.appTokens.insert(record)
  await recordEvent(tx, context, {
    tenantId: null,
    actor: caller.name,
    action,
    target: identity.name,
    correlationId: caller.correlationId,
    details: { appTokenId: record.id, tokenRoles: record.tokenRoles, expiresAt: record.expiresAt },
  })
  return record
}
