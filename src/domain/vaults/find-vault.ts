import type { VaultRecord } from "../../storage/records.ts"
import type { DomainContext } from "../context.ts"
import { revisionCache } from "../revision-cache/index.ts"

const byName = revisionCache<VaultRecord>(["vaults"])

/** The vault of that name, letter case ignored. Every data-plane request asks this. */
export async function findVault({ store }: DomainContext, name: string): Promise<VaultRecord | undefined> {
  const cache = byName(store)
  const nameKey = name.toLowerCase()
  const known = cache.get(nameKey)
  if (known !== undefined) return known
  const [found] = await store.vaults.list({ where: { nameKey }, limit: 1 })
  if (found !== undefined) cache.set(nameKey, found)
  return found
}

/** The ARM id of a vault: where role assignments and audit events point. */
export function vaultResourceId(vault: VaultRecord): string {
  return `/subscriptions/${vault.subscriptionId}/resourceGroups/${vault.resourceGroup}/providers/Microsoft.KeyVault/vaults/${vault.name}`
}
