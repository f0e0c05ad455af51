import type { Caller } from "../access/index.ts"
import type { DomainContext } from "../context.ts"
import {
  assertAccessHolds,
  type CollectionAddress,
  listObjects,
  listVersions,
  type Page,
  type PageRequest,
  requireCollectionAccess,
  requireSecretAccess,
  toVaultObject,
} from "../vault-objects/index.ts"
import { type DeletedSecret, type Secret, type SecretAddress, toAddress, toDeletedSecret } from "./secret.ts"

type ListRequest = Pick<CollectionAddress, "vault"> & PageRequest

/**
 * The secrets of a vault, without values, by name.
 *
 * @throws DomainError `forbidden`, `invalidInput`
 */
export async function listSecrets(
  context: DomainContext,
  caller: Caller,
  request: ListRequest,
): Promise<Page<Secret>> {
  const address = { ...request, kind: "secret" } as const
  await requireCollectionAccess(context, caller, "readMetadata/action", address)
  const { items, next } = await listObjects(context, caller, { ...address, state: "active" })
  return { items: items.map(toVaultObject), next }
}

/**
 * The versions of a secret, without values, oldest first.
 *
 * @throws DomainError `invalidInput`, `forbidden`, `notFound`
 */
export async function listSecretVersions(
  context: DomainContext,
  caller: Caller,
  request: Omit<SecretAddress, "version"> & PageRequest,
): Promise<Page<Secret>> {
  const address = toAddress(request)
  const access = await requireSecretAccess(context, caller, "readMetadata/action", address)
  const { items, next } = await listVersions(context, caller, {
    ...address,
    assertReadable: (found) => assertAccessHolds(access, address, found),
  })
  return { items: items.map(toVaultObject), next }
}

/**
 * The deleted secrets that can still be recovered, by name.
 *
 * @throws DomainError `forbidden`, `invalidInput`
 */
export async function listDeletedSecrets(
  context: DomainContext,
  caller: Caller,
  request: ListRequest,
): Promise<Page<DeletedSecret>> {
  const address = { ...request, kind: "secret" } as const
  await requireCollectionAccess(context, caller, "readMetadata/action", address)
  const { items, next } = await listObjects(context, caller, { ...address, state: "deleted" })
  return { items: items.map(toDeletedSecret), next }
}
