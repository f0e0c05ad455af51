/**
 * Keys: private keys kept sealed, for cryptographic operations by those who never see them. It owns what a
 * key's version holds; its operations are to come here. It does not own the life cycle (vault-objects/) nor
 * the key of a certificate beyond its record (certificates/).
 *
 * Governing documents: contracts/keyvault.md 1.4, 2.4 and 4.
 */
export { keyOperationsOf, type KeyOperation, toKeyDraft } from "./key-draft.ts"
