import type {
  Json,
  Tags,
  VaultObjectKind,
  VaultObjectRecord,
  VaultObjectVersionRecord,
} from "../../storage/records.ts"
import type { Transaction } from "../../storage/store.ts"
import type { Caller } from "../access/index.ts"
import type { DomainContext } from "../context.ts"
import { DomainError } from "../errors.ts"
import { type ObjectAddress, toObjectKey } from "./address.ts"
import { type LoggedOperation, recordOperation } from "./events.ts"
import { assertNotManaged, nameIsSoftDeleted, type StoredVersion } from "./stored-version.ts"
import { sealValue, vaultKeyOf } from "./values.ts"

type Details = { [member: string]: Json }

/** What a new version says, before it has an id. */
export interface VersionDraft {
  enabled: boolean
  notBefore: number | null
  expiresAt: number | null
  contentType: string | null
  tags: Tags
  /** What the kind needs in clear. */
  details: Details
  /** Sealed before it is stored. */
  value: Uint8Array
}

/** Drafts by kind: that of the object itself, and those of its companions. */
export type VersionDrafts = Partial<Record<VaultObjectKind, VersionDraft>>

export interface NewVersion extends ObjectAddress {
  drafts: VersionDrafts
  /** What to keep on the object rather than on the version, given what is kept already. */
  objectDetails?: (current: Details | undefined) => Details
  operation: LoggedOperation
}

/**
 * Adds a version, making the object at the first one. The versions of companions get the same id, in the
 * same transaction.
 *
 * @throws DomainError `softDeleted` - a deleted object holds the name
 * @throws DomainError `conflict`, reason `managed` - the object belongs to a certificate
 * @throws DomainError `conflict`, reason `nameTaken` - a companion's name belongs to another object
 */
export async function createVersion(
  context: DomainContext,
  caller: Caller,
  request: NewVersion,
): Promise<StoredVersion> {
  const version = context.ids.version()
  const sealed = await sealDrafts(context, request, version)
  return context.store.transaction(async (tx) => {
    const created = new Map<VaultObjectKind, StoredVersion>()
    for (const [kind, record] of sealed) {
      created.set(kind, await storeVersion(tx, request, record))
    }
    await recordOperation(tx, context, caller, request.operation, { ...request, version })
    const own = created.get(request.kind)
    if (own === undefined) throw new TypeError("A new version needs a draft of its own kind")
    return own
  })
}

type SealedVersion = Omit<VaultObjectVersionRecord, "sequence">

async function sealDrafts(
  context: DomainContext,
  request: NewVersion,
  version: string,
): Promise<Map<VaultObjectKind, SealedVersion>> {
  const vaultKey = await vaultKeyOf(context, request.vault)
  const now = context.clock.now()
  const sealed = new Map<VaultObjectKind, SealedVersion>()
  for (const [kind, { value, ...draft }] of Object.entries(request.drafts) as [
    VaultObjectKind,
    VersionDraft,
  ][]) {
    const place = { ...toObjectKey({ ...request, kind }), version }
    const sealedValue = sealValue(vaultKey, request.vault, place, value)
    sealed.set(kind, { ...place, ...draft, createdAt: now, updatedAt: now, sealedValue })
  }
  return sealed
}

async function storeVersion(
  tx: Transaction,
  request: NewVersion,
  sealed: SealedVersion,
): Promise<StoredVersion> {
  const key = toObjectKey({ ...request, kind: sealed.kind })
  const existing = await tx.vaultObjects.find(key)
  if (existing !== undefined) assertAccepts(existing, request)
  const object = toObject(request, existing, sealed)
  await (existing === undefined ? tx.vaultObjects.insert(object) : tx.vaultObjects.update(object))
  const [last] = await tx.vaultObjectVersions.list({
    where: key,
    orderBy: "sequence",
    descending: true,
    limit: 1,
  })
  const details = { ...sealed.details, previousVersion: existing?.currentVersion ?? null }
  const version = { ...sealed, details, sequence: (last?.sequence ?? 0) + 1 }
  await tx.vaultObjectVersions.insert(version)
  return { object, version }
}

function toObject(
  { kind, name, objectDetails }: NewVersion,
  existing: VaultObjectRecord | undefined,
  { nameKey, vaultId, version, kind: ownKind }: SealedVersion,
): VaultObjectRecord {
  return {
    vaultId,
    kind: ownKind,
    nameKey,
    // The spelling of the first version stays.
    name: existing?.name ?? name,
    state: "active",
    currentVersion: version,
    managed: ownKind !== kind,
    details: (ownKind === kind ? objectDetails?.(existing?.details) : undefined) ?? existing?.details ?? {},
    deletedAt: null,
    purgeAt: null,
  }
}

function assertAccepts(existing: VaultObjectRecord, { vault, kind, name }: NewVersion): void {
  if (existing.state === "deleted") throw nameIsSoftDeleted({ vault, kind: existing.kind, name })
  if (existing.kind === kind) return assertNotManaged(existing)
  if (existing.managed) return
  throw new DomainError("conflict", kind, {
    reason: "nameTaken",
    target: name,
    detail: `The name "${name}" is taken by a ${existing.kind} that belongs to no ${kind}. Delete and purge it, or choose another name`,
  })
}
