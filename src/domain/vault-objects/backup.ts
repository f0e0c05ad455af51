import { seal, SealError, unseal } from "../../crypto/seal.ts"
import type { VaultObjectRecord, VaultObjectVersionRecord } from "../../storage/records.ts"
import type { Transaction } from "../../storage/store.ts"
import type { Caller } from "../access/index.ts"
import type { DomainContext } from "../context.ts"
import { DomainError, invalidInput } from "../errors.ts"
import { type CollectionAddress, type ObjectAddress, toObjectKey } from "./address.ts"
import { recordOperation } from "./events.ts"
import {
  assertNotManaged,
  getActiveVersion,
  nameIsSoftDeleted,
  type StoredVersion,
} from "./stored-version.ts"
import { openValue, sealValue, vaultKeyOf } from "./values.ts"

const versionsPerBackupMax = 500

/** What is inside a backup, in the order of the versions. */
interface BackupContent {
  format: 1
  name: string
  currentVersion: string
  details: VaultObjectRecord["details"]
  versions: BackupVersion[]
}

type BackupVersion = Omit<VaultObjectVersionRecord, "vaultId" | "kind" | "nameKey" | "sealedValue"> & {
  valueBase64: string
}

/**
 * All versions of an object as one sealed blob. Only this installation opens it, and only for the same
 * subscription.
 *
 * @throws DomainError `notFound`
 * @throws DomainError `conflict`, reason `managed`
 * @throws DomainError `invalidInput` - more than 500 versions
 */
export async function backupObject(
  context: DomainContext,
  caller: Caller,
  address: ObjectAddress,
): Promise<Uint8Array> {
  const vaultKey = await vaultKeyOf(context, address.vault)
  const content = await context.store.transaction(async (tx): Promise<BackupContent> => {
    const { object } = await getActiveVersion(tx, address)
    assertNotManaged(object)
    const records = await versionsToBackUp(tx, address)
    await recordOperation(tx, context, caller, "Backup", address)
    const versions = records.map((record) =>
      toBackupVersion(record, openValue(vaultKey, address.vault, record)),
    )
    const { name, currentVersion, details } = object
    return { format: 1, name, currentVersion, details, versions }
  })
  return seal(context.keyring.backupSealingKey, Buffer.from(JSON.stringify(content)), backupPlace(address))
}

/**
 * Brings back what a backup holds, under its name and with the ids and dates of its versions.
 *
 * @param blob untrusted
 * @throws DomainError `invalidInput` - changed, of another kind, subscription or installation
 * @throws DomainError `alreadyExists`, `softDeleted` - the name is taken
 */
export async function restoreObject(
  context: DomainContext,
  caller: Caller,
  address: CollectionAddress,
  blob: Uint8Array,
): Promise<StoredVersion> {
  const content = openBackup(context, address, blob)
  const target: ObjectAddress = { ...address, name: content.name }
  const versions = await toRecords(context, target, content)
  return context.store.transaction(async (tx) => {
    await assertNameIsFree(tx, target)
    const object = toObject(target, content)
    await tx.vaultObjects.insert(object)
    for (const version of versions) await tx.vaultObjectVersions.insert(version)
    await recordOperation(tx, context, caller, "Restore", target)
    const current = versions.find(({ version }) => version === content.currentVersion)
    if (current === undefined) throw new TypeError("The backup lacks its current version")
    return { object, version: current }
  })
}

async function versionsToBackUp(
  tx: Transaction,
  address: ObjectAddress,
): Promise<VaultObjectVersionRecord[]> {
  const records = await tx.vaultObjectVersions.list({
    where: toObjectKey(address),
    orderBy: "sequence",
    limit: versionsPerBackupMax + 1,
  })
  if (records.length <= versionsPerBackupMax) return records
  throw invalidInput(
    address.kind,
    "name",
    `The ${address.kind} "${address.name}" has more than ${versionsPerBackupMax} versions and cannot be backed up`,
  )
}

function toBackupVersion(record: VaultObjectVersionRecord, value: Uint8Array): BackupVersion {
  const { vaultId: _vaultId, kind: _kind, nameKey: _nameKey, sealedValue: _sealedValue, ...rest } = record
  return { ...rest, valueBase64: Buffer.from(value).toString("base64") }
}

function openBackup(context: DomainContext, address: CollectionAddress, blob: Uint8Array): BackupContent {
  try {
    const plaintext = unseal(context.keyring.backupSealingKey, blob, backupPlace(address))
    return JSON.parse(Buffer.from(plaintext).toString()) as BackupContent
  } catch (error) {
    if (!(error instanceof SealError)) throw error
    throw new DomainError("invalidInput", address.kind, {
      target: "value",
      detail: `The backup cannot be restored: it was changed, is not of a ${address.kind}, or was made in another installation or subscription`,
      cause: error,
    })
  }
}

async function toRecords(
  context: DomainContext,
  target: ObjectAddress,
  { versions }: BackupContent,
): Promise<VaultObjectVersionRecord[]> {
  const vaultKey = await vaultKeyOf(context, target.vault)
  return versions.map(({ valueBase64, ...rest }) => {
    const place = { ...toObjectKey(target), version: rest.version }
    const sealedValue = sealValue(vaultKey, target.vault, place, Buffer.from(valueBase64, "base64"))
    return { ...place, ...rest, sealedValue }
  })
}

function toObject(
  target: ObjectAddress,
  { name, currentVersion, details }: BackupContent,
): VaultObjectRecord {
  const lifeCycle = { state: "active", deletedAt: null, purgeAt: null } as const
  return { ...toObjectKey(target), ...lifeCycle, name, currentVersion, details, managed: false }
}

async function assertNameIsFree(tx: Transaction, target: ObjectAddress): Promise<void> {
  const existing = await tx.vaultObjects.find(toObjectKey(target))
  if (existing?.state === "deleted") throw nameIsSoftDeleted(target)
  if (existing === undefined) return
  throw new DomainError("alreadyExists", target.kind, {
    target: target.name,
    detail: `The name "${target.name}" is taken. Delete and purge that ${target.kind} first, or restore into another vault`,
  })
}

/** The blob says nothing in clear; kind and subscription are proven by opening it. */
function backupPlace({ vault, kind }: CollectionAddress): string[] {
  return ["backup", vault.tenantId, vault.subscriptionId, kind]
}
