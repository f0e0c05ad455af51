/**
 * Vault objects: the life cycle that secrets, keys and certificates share. It owns names, versions,
 * attributes, sealed values, paging, soft delete, recovery, purge, backup and the audit of all that, for an
 * object and its companions in one transaction. It does not own what a value is or which inputs are
 * allowed (secrets/, keys/, certificates/), nor vaults themselves (vaults/).
 *
 * Governing documents: contracts/keyvault.md 2.1, 2.2, 2.6-2.10 and 8.4, docs/decisions/0002-life-cycle-shared-by-vault-objects.md.
 */
export {
  assertAccessHolds,
  assertTenantOfVault,
  requireCollectionAccess,
  requireObjectAccess,
  requireSecretAccess,
  type SecretAccess,
} from "./access.ts"
export type { CollectionAddress, ObjectAddress, VersionAddress } from "./address.ts"
export { assertAttributes, assertWellFormed, type AttributesInput } from "./attributes.ts"
export { backupObject, restoreObject } from "./backup.ts"
export { createVersion, type VersionDraft, type VersionDrafts } from "./create-version.ts"
export { deleteObject, purgeDeletedObject, readDeletedObject, recoverDeletedObject } from "./deletion.ts"
export { listObjects, listVersions, type Page, type PageRequest } from "./list-objects.ts"
export { findObjectDetails, openStoredValue, readVersion } from "./read-version.ts"
export {
  type Deletion,
  type StoredVersion,
  toDeletion,
  toVaultObject,
  type VaultObject,
} from "./stored-version.ts"
export { purgeExpiredObjects } from "./sweep.ts"
export { updateVersion } from "./update-version.ts"
