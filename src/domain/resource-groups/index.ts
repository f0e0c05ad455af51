/**
 * Resource groups: the named places inside a subscription that hold vaults and managed identities, and
 * the rules that all Azure resources share: locations and tags. It does not own subscriptions
 * (tenants/) nor what stands in a group.
 *
 * Governing documents: contracts/entra.md 5.2, contracts/az.md 7.
 */
export {
  createOrUpdateResourceGroup,
  type CreatedResourceGroup,
  insertResourceGroup,
  type NewResourceGroup,
} from "./create-resource-group.ts"
export {
  getResourceGroup,
  listResourceGroups,
  type ResourceGroupName,
  requireResourceGroup,
  requireSubscription,
} from "./get-resource-group.ts"
export { parseLocation, parseTags } from "./resource-rules.ts"
export type { ResourceGroupRecord as ResourceGroup } from "../../storage/records.ts"
