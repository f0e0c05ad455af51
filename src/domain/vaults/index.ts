/**
 * Vaults: named containers with a host name and a sealing key of their own. It owns creating and
 * finding them; it does not own what is inside (vault-objects/, secrets/, keys/, certificates/) nor
 * who may touch it (access/).
 *
 * Governing documents: contracts/keyvault.md 6.5, docs/decisions/0008-role-assignments-only.md.
 */
export { createOrUpdateVault, type CreatedVault, type NewVault } from "./create-vault.ts"
export { findVault, vaultResourceId } from "./find-vault.ts"
export { getVault, listReadableVaults, listVaults, type VaultName, type VaultPage } from "./get-vault.ts"
export { updateVault, type VaultChanges } from "./update-vault.ts"
export type { VaultRecord as Vault } from "../../storage/records.ts"
