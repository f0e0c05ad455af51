import type { TenantRecord } from "../../storage/records.ts"
import type { Store, Transaction } from "../../storage/store.ts"
import type { DomainContext } from "../context.ts"

const defaultTenantSetting = "default-tenant"

interface TenantCache {
  revision: number
  byName: Map<string, TenantRecord>
  defaultTenant: TenantRecord | undefined
}

/** One cache a store, forgotten as a whole when any tenant changes. */
const caches = new WeakMap<Store, TenantCache>()

function cacheOf(store: Store): TenantCache {
  // Grows with either, so that a sum that stood still means that both did.
  const revision = store.revision("tenants") + store.revision("settings")
  let cache = caches.get(store)
  if (cache === undefined || cache.revision !== revision) {
    cache = { revision, byName: new Map(), defaultTenant: undefined }
    caches.set(store, cache)
  }
  return cache
}

/**
 * The tenant that a path segment names: its GUID or its domain, letter case ignored. Words such as
 * `common` name none here.
 */
export async function findTenant(
  { store }: DomainContext,
  segment: string,
): Promise<TenantRecord | undefined> {
  const name = segment.toLowerCase()
  const cache = cacheOf(store)
  const known = cache.byName.get(name)
  if (known !== undefined) return known
  const found = (await store.tenants.find({ id: name })) ?? (await findByDomain(store, name))
  // Only names that exist are kept, so that guessing names cannot fill the memory.
  if (found !== undefined) cache.byName.set(name, found)
  return found
}

async function findByDomain(store: Store, domain: string): Promise<TenantRecord | undefined> {
  const [found] = await store.tenants.list({ where: { domain }, limit: 1 })
  return found
}

/** The tenant of the first start: what a door without a tenant in its path means. */
export async function findDefaultTenant({ store }: DomainContext): Promise<TenantRecord | undefined> {
  const cache = cacheOf(store)
  if (cache.defaultTenant !== undefined) return cache.defaultTenant
  const setting = await store.settings.find({ name: defaultTenantSetting })
  if (typeof setting?.value !== "string") return undefined
  cache.defaultTenant = await store.tenants.find({ id: setting.value })
  return cache.defaultTenant
}

/** Names the default tenant, once and for all, as part of the transaction that makes it. */
export async function setDefaultTenant(tx: Transaction, tenantId: string): Promise<void> {
  await tx.settings.insert({ name: defaultTenantSetting, value: tenantId })
}

/** Every tenant, by id. */
export function listTenants({ store }: DomainContext): Promise<TenantRecord[]> {
  return store.tenants.list({ orderBy: "id" })
}
