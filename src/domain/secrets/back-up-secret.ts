import type { Caller } from "../access/index.ts"
import type { DomainContext } from "../context.ts"
import {
  backupObject,
  type CollectionAddress,
  requireCollectionAccess,
  requireObjectAccess,
  restoreObject,
  toVaultObject,
} from "../vault-objects/index.ts"
import { type Secret, type SecretAddress, toAddress } from "./secret.ts"

/**
 * All versions of a secret as an opaque blob, for `restoreSecret` of the same installation and subscription.
 *
 * @throws DomainError `invalidInput`, `forbidden`, `notFound`, `conflict` (`managed`)
 */
export async function backupSecret(
  context: DomainContext,
  caller: Caller,
  request: Omit<SecretAddress, "version">,
): Promise<Uint8Array> {
  const address = toAddress(request)
  await requireObjectAccess(context, caller, "backup/action", address)
  return backupObject(context, caller, address)
}

/** Refuses who may not restore, for before a long backup is read at all. @throws DomainError `forbidden` */
export async function requireRestoreAccess(
  context: DomainContext,
  caller: Caller,
  { vault }: Pick<CollectionAddress, "vault">,
): Promise<void> {
  await requireCollectionAccess(context, caller, "restore/action", { vault, kind: "secret" })
}

/**
 * Restores a secret under its own name. Only the blob tells the name, so the role must be on the vault.
 *
 * @param request.blob untrusted
 * @throws DomainError `forbidden`, `invalidInput`, `alreadyExists`, `softDeleted`
 */
export async function restoreSecret(
  context: DomainContext,
  caller: Caller,
  { vault, blob }: Pick<CollectionAddress, "vault"> & { blob: Uint8Array },
): Promise<Secret> {
  await requireRestoreAccess(context, caller, { vault })
  return toVaultObject(await restoreObject(context, caller, { vault, kind: "secret" }, blob))
}
