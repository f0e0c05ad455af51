import type { Tags, VaultObjectRecord, VaultObjectVersionRecord } from "../../storage/records.ts"
import type { ReadCollections } from "../../storage/store.ts"
import { DomainError } from "../errors.ts"
import { type ObjectAddress, toObjectKey, type VersionAddress } from "./address.ts"
import { objectKinds } from "./object-kinds.ts"

/** A version together with the object it belongs to. */
export interface StoredVersion {
  object: VaultObjectRecord
  version: VaultObjectVersionRecord
}

/** What secrets, keys and certificates have in common: a version without its value. */
export interface VaultObject {
  name: string
  version: string
  enabled: boolean
  notBefore: number | null
  expiresAt: number | null
  createdAt: number
  updatedAt: number
  contentType: string | null
  tags: Tags
  /** Belongs to the certificate of the same name. */
  managed: boolean
  previousVersion: string | null
}

/** When it was deleted, and when it will be gone for good. */
export interface Deletion {
  deletedAt: number
  purgeAt: number
}

export type Readers = Pick<ReadCollections, "vaultObjects" | "vaultObjectVersions">

/** @throws DomainError `notFound` - no such object, or it is deleted, or it has no such version */
export async function getActiveVersion(readers: Readers, address: VersionAddress): Promise<StoredVersion> {
  const object = await readers.vaultObjects.find(toObjectKey(address))
  if (object?.state !== "active") throw objectNotFound(address)
  return getVersionOf(readers, object, address)
}

/** @throws DomainError `notFound`, reason `deleted` - no deleted object of that name */
export async function getDeletedVersion(readers: Readers, address: ObjectAddress): Promise<StoredVersion> {
  const object = await readers.vaultObjects.find(toObjectKey(address))
  if (object?.state !== "deleted") {
    throw new DomainError("notFound", address.kind, {
      reason: "deleted",
      target: address.name,
      detail: `Deleted ${objectKinds[address.kind].logName} not found: ${address.name}`,
    })
  }
  return getVersionOf(readers, object, { ...address, version: undefined })
}

async function getVersionOf(
  readers: Readers,
  object: VaultObjectRecord,
  address: VersionAddress,
): Promise<StoredVersion> {
  const version = await readers.vaultObjectVersions.find({
    ...toObjectKey(address),
    version: address.version?.toLowerCase() ?? object.currentVersion,
  })
  if (version === undefined) throw objectNotFound(address)
  return { object, version }
}

export function toVaultObject({ object, version }: StoredVersion): VaultObject {
  const { previousVersion } = version.details
  return {
    name: object.name,
    version: version.version,
    enabled: version.enabled,
    notBefore: version.notBefore,
    expiresAt: version.expiresAt,
    createdAt: version.createdAt,
    updatedAt: version.updatedAt,
    contentType: version.contentType,
    tags: version.tags,
    managed: object.managed,
    previousVersion: typeof previousVersion === "string" ? previousVersion : null,
  }
}

/** @throws TypeError when the object is not deleted */
export function toDeletion({ object }: StoredVersion): Deletion {
  const { deletedAt, purgeAt } = object
  if (deletedAt === null || purgeAt === null) throw new TypeError("The object is not deleted")
  return { deletedAt, purgeAt }
}

/**
 * Objects that belong to a certificate are changed through it.
 *
 * @throws DomainError `conflict`, reason `managed`
 */
export function assertNotManaged(object: VaultObjectRecord): void {
  if (!object.managed) return
  throw new DomainError("conflict", object.kind, {
    reason: "managed",
    target: object.name,
    detail: `The ${object.kind} "${object.name}" belongs to the certificate of the same name. Change the certificate instead`,
  })
}

export function objectNotFound({ kind, name, version }: VersionAddress): DomainError {
  const target = version === undefined ? name : `${name}/${version}`
  return new DomainError("notFound", kind, {
    target,
    detail: `A ${kind} with (name/id) ${target} was not found in this key vault`,
  })
}

/** The name is held by a deleted object. */
export function nameIsSoftDeleted({ kind, name }: ObjectAddress): DomainError {
  return new DomainError("softDeleted", kind, {
    target: name,
    detail: `The name "${name}" is held by a deleted ${kind}. Recover or purge it, or choose another name`,
  })
}
