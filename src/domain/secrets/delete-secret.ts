/** Deleting a secret, and what becomes of a deleted one: get, recover, purge. Listing them is list-secrets.ts. */
import type { Caller } from "../access/index.ts"
import type { DomainContext } from "../context.ts"
import {
  assertAccessHolds,
  deleteObject,
  purgeDeletedObject,
  readDeletedObject,
  recoverDeletedObject,
  requireObjectAccess,
  requireSecretAccess,
  toVaultObject,
} from "../vault-objects/index.ts"
import { type DeletedSecret, type Secret, type SecretAddress, toAddress, toDeletedSecret } from "./secret.ts"

type WholeSecret = Omit<SecretAddress, "version">

/**
 * Deletes a secret with all versions; it can be recovered until its retention ends.
 *
 * @throws DomainError `invalidInput`, `forbidden`, `notFound`, `conflict` (`managed`)
 */
export async function deleteSecret(
  context: DomainContext,
  caller: Caller,
  request: WholeSecret,
): Promise<DeletedSecret> {
  const address = toAddress(request)
  await requireObjectAccess(context, caller, "delete", address)
  return toDeletedSecret(await deleteObject(context, caller, address))
}

/** @throws DomainError `invalidInput`, `forbidden`, `notFound` (`deleted`) */
export async function getDeletedSecret(
  context: DomainContext,
  caller: Caller,
  request: WholeSecret,
): Promise<DeletedSecret> {
  const address = toAddress(request)
  const access = await requireSecretAccess(context, caller, "readMetadata/action", address)
  const found = await readDeletedObject(context, caller, address, (stored) =>
    assertAccessHolds(access, address, stored),
  )
  return toDeletedSecret(found)
}

/** @throws DomainError `invalidInput`, `forbidden`, `notFound` (`deleted`), `conflict` (`managed`) */
export async function recoverDeletedSecret(
  context: DomainContext,
  caller: Caller,
  request: WholeSecret,
): Promise<Secret> {
  const address = toAddress(request)
  await requireObjectAccess(context, caller, "recover/action", address)
  return toVaultObject(await recoverDeletedObject(context, caller, address))
}

/** @throws DomainError `invalidInput`, `forbidden`, `notFound` (`deleted`), `conflict` (`managed`, `purgeProtected`) */
export async function purgeDeletedSecret(
  context: DomainContext,
  caller: Caller,
  request: WholeSecret,
): Promise<void> {
  const address = toAddress(request)
  await requireObjectAccess(context, caller, "purge/action", address)
  await purgeDeletedObject(context, caller, address)
}
