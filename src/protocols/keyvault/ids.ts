import type { VaultCall } from "./call.ts"

/** Collections whose members have ids. */
export type Collection = "secrets" | "keys" | "certificates"

/**
 * Ids are made for each request out of configuration and carry the port: clients take the vault's address
 * out of them. They are never stored.
 *
 * @see contracts/keyvault.md 2.1
 */
export function vaultUrl({ context, vault }: Pick<VaultCall, "context" | "vault">): string {
  return `https://${vault.nameKey}.${context.endpoints.vaultSuffix}`
}

/** The id of an object, or of one version of it. */
export function objectId(call: VaultCall, collection: Collection, name: string, version?: string): string {
  return `${vaultUrl(call)}/${collection}/${name}${version === undefined ? "" : `/${version}`}`
}

export function recoveryId(call: VaultCall, collection: Collection, name: string): string {
  return `${vaultUrl(call)}/deleted${collection}/${name}`
}

export function policyId(call: VaultCall, name: string): string {
  return `${vaultUrl(call)}/certificates/${name}/policy`
}
