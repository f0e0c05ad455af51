/**
 * User-assigned managed identities: resources in a resource group, each with a service principal that
 * is given roles and a client id that asks for tokens. It owns making, finding and deleting them; it
 * does not own their tokens (tokens/, protocols/managed-identity).
 *
 * Governing documents: contracts/entra.md 3 and 5.2.
 */
export {
  createOrUpdateManagedIdentity,
  type CreatedManagedIdentity,
  type NewManagedIdentity,
} from "./create-managed-identity.ts"
export { deleteManagedIdentity } from "./delete-managed-identity.ts"
export { findManagedIdentity } from "./find-managed-identity.ts"
export {
  getManagedIdentity,
  listManagedIdentities,
  managedIdentityResourceId,
  type ManagedIdentityName,
} from "./get-managed-identity.ts"
export type { ManagedIdentityRecord as ManagedIdentity } from "../../storage/records.ts"
