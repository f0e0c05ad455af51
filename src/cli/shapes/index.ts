/**
 * How the things that several commands answer with look: accounts as the Azure CLI shows them, columns of vaults and of
 * what is in them, its form of the time. Printing any of it, in any format, is output.ts.
 *
 * Governing documents: contracts/az.md 5.2 and 6.
 */
export { toAccountRows, toListedAccount, toShownAccount } from "./accounts.ts"
export { type AzureTime, toAzureTime } from "./azure-time.ts"
export { toCertificateRows, toSecretRows, toVaultRows } from "./vaults.ts"
