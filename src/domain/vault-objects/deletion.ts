import type { VaultObjectRecord } from "../../storage/records.ts"
import type { Transaction } from "../../storage/store.ts"
import type { Caller } from "../access/index.ts"
import type { DomainContext } from "../context.ts"
import { DomainError } from "../errors.ts"
import { type ObjectAddress, type ObjectKey, toObjectKey } from "./address.ts"
import { recordOperation } from "./events.ts"
import { objectKinds } from "./object-kinds.ts"
import {
  assertNotManaged,
  getActiveVersion,
  getDeletedVersion,
  type StoredVersion,
} from "./stored-version.ts"

const secondsPerDay = 86_400
const versionsPerStep = 100

/**
 * Deletes an object with all versions, recoverable for the days that the vault keeps deleted objects.
 *
 * @throws DomainError `notFound`
 * @throws DomainError `conflict`, reason `managed`
 */
export async function deleteObject(
  context: DomainContext,
  caller: Caller,
  address: ObjectAddress,
): Promise<StoredVersion> {
  const deletedAt = context.clock.now()
  const purgeAt = deletedAt + address.vault.softDeleteRetentionDays * secondsPerDay
  return context.store.transaction(async (tx) => {
    const found = await getActiveVersion(tx, address)
    assertNotManaged(found.object)
    const object = await changeFamily(tx, address, { state: "deleted", deletedAt, purgeAt })
    await recordOperation(tx, context, caller, "Delete", address)
    return { ...found, object }
  })
}

/** @throws DomainError `notFound`, reason `deleted` */
export async function readDeletedObject(
  context: DomainContext,
  caller: Caller,
  address: ObjectAddress,
  assertReadable?: (found: StoredVersion) => void,
): Promise<StoredVersion> {
  return context.store.transaction(async (tx) => {
    const found = await getDeletedVersion(tx, address)
    assertReadable?.(found)
    await recordOperation(tx, context, caller, "GetDeleted", address)
    return found
  })
}

/**
 * Makes a deleted object active again, as it was.
 *
 * @throws DomainError `notFound`, reason `deleted`
 * @throws DomainError `conflict`, reason `managed`
 */
export async function recoverDeletedObject(
  context: DomainContext,
  caller: Caller,
  address: ObjectAddress,
): Promise<StoredVersion> {
  return context.store.transaction(async (tx) => {
    const found = await getDeletedVersion(tx, address)
    assertNotManaged(found.object)
    const object = await changeFamily(tx, address, { state: "active", deletedAt: null, purgeAt: null })
    await recordOperation(tx, context, caller, "Recover", address)
    return { ...found, object }
  })
}

/**
 * Removes a deleted object for good.
 *
 * @throws DomainError `notFound`, reason `deleted`
 * @throws DomainError `conflict`, reason `purgeProtected` or `managed`
 */
export async function purgeDeletedObject(
  context: DomainContext,
  caller: Caller,
  address: ObjectAddress,
): Promise<void> {
  await context.store.transaction(async (tx) => {
    const { object } = await getDeletedVersion(tx, address)
    assertNotManaged(object)
    assertNotPurgeProtected(address)
    await removeFamily(tx, object)
    await recordOperation(tx, context, caller, "Purge", address)
  })
}

/** Removes an object and its companions with all their versions. */
export async function removeFamily(tx: Transaction, object: VaultObjectRecord): Promise<void> {
  for (const kind of [object.kind, ...objectKinds[object.kind].companions]) {
    const key: ObjectKey = { vaultId: object.vaultId, kind, nameKey: object.nameKey }
    await removeVersions(tx, key)
    await tx.vaultObjects.delete(key)
  }
}

/** Step by step: an object may have more versions than memory should hold at once. */
async function removeVersions(tx: Transaction, key: ObjectKey): Promise<void> {
  for (;;) {
    const versions = await tx.vaultObjectVersions.list({ where: key, limit: versionsPerStep })
    for (const { version } of versions) await tx.vaultObjectVersions.delete({ ...key, version })
    if (versions.length < versionsPerStep) return
  }
}

type LifeCycle = Pick<VaultObjectRecord, "state" | "deletedAt" | "purgeAt">

/** Changes an object and its companions alike; answers the object. */
async function changeFamily(
  tx: Transaction,
  address: ObjectAddress,
  change: LifeCycle,
): Promise<VaultObjectRecord> {
  const family: VaultObjectRecord[] = []
  for (const kind of [address.kind, ...objectKinds[address.kind].companions]) {
    const member = await tx.vaultObjects.find(toObjectKey({ ...address, kind }))
    if (member !== undefined) family.push({ ...member, ...change })
  }
  for (const member of family) await tx.vaultObjects.update(member)
  const [own] = family
  if (own === undefined) throw new TypeError("The object was looked up before")
  return own
}

function assertNotPurgeProtected({ vault, kind, name }: ObjectAddress): void {
  if (!vault.purgeProtection) return
  throw new DomainError("conflict", kind, {
    reason: "purgeProtected",
    target: name,
    detail: `The vault "${vault.name}" is protected against purging. The ${kind} "${name}" goes by itself when its retention ends`,
  })
}
