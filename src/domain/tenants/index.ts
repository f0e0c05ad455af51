/**
 * Tenants: the directories that own everything, each with its initial domain and its subscriptions. It
 * owns creating and finding them; it does not own what they hold (users/, applications/) or the words
 * that stand for a tenant in a URL, such as `common` (protocols/oauth).
 *
 * Governing documents: contracts/entra.md 1.1 and 5.2.
 */
export { createTenant, insertTenant, type NewTenant, toTenant } from "./create-tenant.ts"
export { findDefaultTenant, findTenant, setDefaultTenant } from "./find-tenant.ts"
export {
  createSubscription,
  insertSubscription,
  type NewSubscription,
  toSubscription,
} from "./create-subscription.ts"
export {
  findSubscription,
  findTenantIdOfSubscription,
  getSubscription,
  listSubscriptions,
} from "./find-subscription.ts"
export type { SubscriptionRecord as Subscription, TenantRecord as Tenant } from "../../storage/records.ts"
