/**
 * Secrets: short texts kept sealed, with versions. It owns what a secret's value is and its twelve
 * operations, named as the REST API names them; it does not own the life cycle (vault-objects/) nor how
 * the secret behind a certificate is made (certificates/).
 *
 * Governing documents: contracts/keyvault.md 1.3, 2.3, 2.7 and 2.10.
 */
export { backupSecret, requireRestoreAccess, restoreSecret } from "./back-up-secret.ts"
export { deleteSecret, getDeletedSecret, purgeDeletedSecret, recoverDeletedSecret } from "./delete-secret.ts"
export { getSecret } from "./get-secret.ts"
export { listDeletedSecrets, listSecrets, listSecretVersions } from "./list-secrets.ts"
export type { DeletedSecret, Secret, SecretAddress, SecretWithValue } from "./secret.ts"
export { setSecret } from "./set-secret.ts"
export { updateSecret } from "./update-secret.ts"
