import { generateSecretText } from "../../crypto/random.ts"
import { digestSecret, digestsEqual } from "../../crypto/secret-hash.ts"
import type { ClientSecretRecord } from "../../storage/records.ts"
import type { Transaction } from "../../storage/store.ts"
import { type Caller, requireAction } from "../access/index.ts"
import { recordEvent } from "../audit/index.ts"
import type { DomainContext } from "../context.ts"
import { DomainError, invalidInput, notFound } from "../errors.ts"
import { findApplication, listClientSecrets } from "./find-application.ts"

export interface NewClientSecret {
  appId: string
  displayName: string
  /** 180 days when not given, two years at most. */
  lifetimeSeconds?: number | undefined
  /** Generated when not given, as it should be; a seed file may bring its own. */
  secretText?: string | undefined
}

/** A secret at the one moment at which it is known. */
export interface AddedClientSecret {
  record: ClientSecretRecord
  secretText: string
}

const day = 86_400
const defaultLifetimeSeconds = 180 * day
const maxLifetimeSeconds = 731 * day
const hintLength = 3
const minLength = 16
const maxLength = 256
const minDistinctCharacters = 8

/**
 * Adds a secret to an application of the caller's tenant. Only its digest is kept: this answer is the only one that
 * ever holds the text.
 *
 * @throws DomainError `forbidden`
 * @throws DomainError `notFound` - no such application
 * @throws DomainError `invalidInput` - lifetime out of range, given text too weak
 * @throws DomainError `alreadyExists` - the application has a secret of the given text
 */
export async function addClientSecret(
  context: DomainContext,
  caller: Caller,
  request: NewClientSecret,
): Promise<AddedClientSecret> {
  await requireAction(context, caller, "Microsoft.Directory/applications/credentials/update", "/")
  const application = await findApplication(context, caller.tenantId, request.appId)
  if (application === undefined) {
    throw notFound("application", `Application "${request.appId}" is not in the tenant`)
  }
  const added = toClientSecret(context, caller.tenantId, { ...request, appId: application.appId })
  await assertNew(context, added.record)
  await context.store.transaction((tx) => insertClientSecret(tx, context, caller, added.record))
  return added
}

/** Checks what was asked for and makes the secret. @throws DomainError `invalidInput` */
export function toClientSecret(
  { clock, ids, keyring }: DomainContext,
  tenantId: string,
  request: NewClientSecret,
): AddedClientSecret {
  const { lifetimeSeconds = defaultLifetimeSeconds, secretText = generateSecretText() } = request
  if (!Number.isSafeInteger(lifetimeSeconds) || lifetimeSeconds < 1 || lifetimeSeconds > maxLifetimeSeconds) {
    throw invalidInput("clientSecret", "lifetimeSeconds", "A client secret lives from 1 second to 731 days")
  }
  assertStrong(secretText)
  const startsAt = clock.now()
  const record: ClientSecretRecord = {
    id: ids.guid(),
    tenantId,
    appId: request.appId,
    displayName: request.displayName,
    hint: secretText.slice(0, hintLength),
    secretDigest: digestSecret(keyring.pepper, secretText),
    startsAt,
    expiresAt: startsAt + lifetimeSeconds,
  }
  return { record, secretText }
}

/** Stores a secret with its audit event, as part of a transaction. */
export async function insertClientSecret(
  tx: Transaction,
  context: DomainContext,
  caller: Caller,
  secret: ClientSecretRecord,
): Promise<void> {
  await tx.clientSecrets.insert(secret)
  await recordEvent(tx, context, {
    tenantId: secret.tenantId,
    actor: caller.principalId,
    action: "ClientSecretAdd",
    target: secret.appId,
    correlationId: caller.correlationId,
    details: { clientSecretId: secret.id, displayName: secret.displayName, expiresAt: secret.expiresAt },
  })
}

/** The digest is a fast one, which only a text that nobody can guess allows. */
function assertStrong(text: string): void {
  const fits = text.length >= minLength && text.length <= maxLength && /^[\x20-\x7e]+$/.test(text)
  if (fits && new Set(text).size >= minDistinctCharacters) return
  throw invalidInput(
    "clientSecret",
    "secretText",
    "A client secret has 16 to 256 printable ASCII characters, at least 8 of them different",
  )
}

async function assertNew(context: DomainContext, { appId, secretDigest }: ClientSecretRecord): Promise<void> {
  const existing = await listClientSecrets(context, appId)
  if (!existing.some((one) => digestsEqual(one.secretDigest, secretDigest))) return
  throw new DomainError("alreadyExists", "clientSecret", {
    detail: `Application "${appId}" has a client secret of this text already`,
  })
}
