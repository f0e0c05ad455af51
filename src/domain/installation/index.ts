/**
 * The installation as a whole: what its first start makes (tenant, subscription, administrator,
 * operator, signing keys), what a seed file declares, and whether the store answers. It does not own
 * the things it makes; each has its own folder.
 *
 * Governing document: DESIGN 2.
 */
import type { DomainContext } from "../context.ts"

/** Whether the store answers a read. */
export async function isReady({ store }: DomainContext): Promise<boolean> {
  try {
    await store.tenants.list({ limit: 1 })
    return true
  } catch {
    return false
  }
}
