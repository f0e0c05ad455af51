import type { Json, VaultObjectVersionRecord } from "../../storage/records.ts"
import type { Transaction } from "../../storage/store.ts"
import type { Caller } from "../access/index.ts"
import type { DomainContext } from "../context.ts"
import { toObjectKey, type VersionAddress } from "./address.ts"
import { assertOrder, type AttributesInput } from "./attributes.ts"
import { recordOperation } from "./events.ts"
import { objectKinds } from "./object-kinds.ts"
import { assertNotManaged, getActiveVersion, type StoredVersion } from "./stored-version.ts"

export interface VersionChanges extends AttributesInput {
  /** What to keep on the object, given what is kept already. */
  objectDetails?: ((current: { [member: string]: Json }) => { [member: string]: Json }) | undefined
}

/**
 * Changes attributes, content type or tags of a version, and those of its companions alike.
 *
 * @throws DomainError `notFound`
 * @throws DomainError `conflict`, reason `managed`
 * @throws DomainError `invalidInput` - would end before it begins
 */
export async function updateVersion(
  context: DomainContext,
  caller: Caller,
  address: VersionAddress,
  changes: VersionChanges,
): Promise<StoredVersion> {
  return context.store.transaction(async (tx) => {
    const found = await getActiveVersion(tx, address)
    assertNotManaged(found.object)
    const version = applyChanges(found.version, changes, context.clock.now())
    assertOrder(address.kind, version.notBefore, version.expiresAt)
    await tx.vaultObjectVersions.update(version)
    await mirror(tx, address, version)
    const object = {
      ...found.object,
      details: changes.objectDetails?.(found.object.details) ?? found.object.details,
    }
    await tx.vaultObjects.update(object)
    await recordOperation(tx, context, caller, "Update", { ...address, version: version.version })
    return { object, version }
  })
}

function applyChanges(
  record: VaultObjectVersionRecord,
  { enabled, notBefore, expiresAt, contentType, tags }: VersionChanges,
  now: number,
): VaultObjectVersionRecord {
  return {
    ...record,
    enabled: enabled ?? record.enabled,
    notBefore: notBefore ?? record.notBefore,
    expiresAt: expiresAt ?? record.expiresAt,
    contentType: contentType ?? record.contentType,
    tags: tags ?? record.tags,
    updatedAt: now,
  }
}

/** Companions keep their own content type; all else follows. */
async function mirror(
  tx: Transaction,
  address: VersionAddress,
  { version, enabled, notBefore, expiresAt, tags, updatedAt }: VaultObjectVersionRecord,
): Promise<void> {
  for (const kind of objectKinds[address.kind].companions) {
    const companion = await tx.vaultObjectVersions.find({ ...toObjectKey({ ...address, kind }), version })
    if (companion === undefined) continue
    await tx.vaultObjectVersions.update({ ...companion, enabled, notBefore, expiresAt, tags, updatedAt })
  }
}
