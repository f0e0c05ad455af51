import type { TenantRecord } from "../../storage/records.ts"
import type { Store, Transaction } from "../../storage/store.ts"
import type { DomainContext } from "../context.ts"
import { revisionCache } from "../revision-cache/index.ts"

const defaultTenantSetting = "default-tenant"

const byName = revisionCache<TenantRecord>(["tenants"])
const defaults = revisionCache<TenantRecord>(["tenants", "settings"])

/**
 * The tenant that a path segment names: its GUID or its domain, letter case ignored. Words such as
 * `common` name none here.
 */
export async function findTenant(
  { store }: DomainContext,
  segment: string,
): Promise<TenantRecord | undefined> {
  const name = segment.toLowerCase()
  const cache = byName(store)
  const known = cache.get(name)
  if (known !== undefined) return known
  const found = (await store.tenants.find({ id: name })) ?? (await findByDomain(store, name))
  if (found !== undefined) cache.set(name, found)
  return found
}

async function findByDomain(store: Store, domain: string): Promise<TenantRecord | undefined> {
  const [found] = await store.tenants.list({ where: { domain }, limit: 1 })
  return found
}

/** The tenant of the first start: what a door without a tenant in its path means. */
export async function findDefaultTenant({ store }: DomainContext): Promise<TenantRecord | undefined> {
  const cache = defaults(store)
  const known = cache.get(defaultTenantSetting)
  if (known !== undefined) return known
  const setting = await store.settings.find({ name: defaultTenantSetting })
  if (typeof setting?.value !== "string") return undefined
  const found = await store.tenants.find({ id: setting.value })
  if (found !== undefined) cache.set(defaultTenantSetting, found)
  return found
}

/** Names the default tenant, once and for all, as part of the transaction that makes it. */
export async function setDefaultTenant(tx: Transaction, tenantId: string): Promise<void> {
  await tx.settings.insert({ name: defaultTenantSetting, value: tenantId })
}
