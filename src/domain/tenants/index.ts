/**
 * Tenants: the directories that own everything, each with its initial domain and its subscriptions. It
 * owns creating and finding them; it does not own what they hold (users/, applications/) or the words
 * that stand for a tenant in a URL, such as `common` (protocols/oauth).
 *
 * Governing documents: contracts/entra.md 1.1 and 5.2.
 */
export { createTenant, insertTenant, type NewTenant, toTenant } from "./create-tenant.ts"
export { findDefaultTenant, findTenant, listTenants, setDefaultTenant } from "./find-tenant.ts"
export {
  createSubscription,
  findSubscription,
  findTenantIdOfSubscription,
  getSubscription,
  insertSubscription,
  listSubscriptions,
  type NewSubscription,
  toSubscription,
} from "./subscriptions.ts"
export type { SubscriptionRecord as Subscription, TenantRecord as Tenant } from "../../storage/records.ts"
