/**
 * Vaults: named containers with a host name and a sealing key of their own. It owns creating and
 * finding them; it does not own what is inside (vault-objects/, secrets/, keys/, certificates/) nor
 * who may touch it (access/).
 *
 * Governing document: contracts/keyvault.md 6.5.
 */
export { findVault, vaultResourceId } from "./find-vault.ts"
