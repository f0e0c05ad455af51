import type { VaultRecord } from "../../storage/records.ts"
import type { DomainContext } from "../context.ts"

interface VaultCache {
  revision: number
  byName: Map<string, VaultRecord>
}

/** One cache a store, forgotten as a whole when any vault changes. */
const caches = new WeakMap<DomainContext["store"], VaultCache>()

/** The vault of that name, letter case ignored. Every data-plane request asks this. */
export async function findVault({ store }: DomainContext, name: string): Promise<VaultRecord | undefined> {
  const revision = store.revision("vaults")
  let cache = caches.get(store)
  if (cache === undefined || cache.revision !== revision) {
    cache = { revision, byName: new Map() }
    caches.set(store, cache)
  }
  const nameKey = name.toLowerCase()
  const known = cache.byName.get(nameKey)
  if (known !== undefined) return known
  const [found] = await store.vaults.list({ where: { nameKey }, limit: 1 })
  // Only names that exist are kept, so that guessing names cannot fill the memory.
  if (found !== undefined) cache.byName.set(nameKey, found)
  return found
}

/** The ARM id of a vault: where role assignments and audit events point. */
export function vaultResourceId(vault: VaultRecord): string {
  return `/subscriptions/${vault.subscriptionId}/resourceGroups/${vault.resourceGroup}/providers/Microsoft.KeyVault/vaults/${vault.name}`
}
