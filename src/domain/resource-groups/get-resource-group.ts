import type { ResourceGroupRecord, SubscriptionRecord } from "../../storage/records.ts"
import { type Caller, requireAction } from "../access/index.ts"
import type { DomainContext } from "../context.ts"
import { notFound } from "../errors.ts"
import { findSubscription } from "../tenants/index.ts"

/** Where a resource group is: letter case is ignored. */
export interface ResourceGroupName {
  subscriptionId: string
  name: string
}

const readAction = "Microsoft.Resources/subscriptions/resourceGroups/read"

/**
 * The subscription, when it is one of the caller's tenant and the caller may do the action there.
 *
 * @throws DomainError `notFound` - no such subscription in the caller's tenant
 * @throws DomainError `forbidden`
 */
export async function requireSubscription(
  context: DomainContext,
  caller: Caller,
  action: string,
  subscriptionId: string,
): Promise<SubscriptionRecord> {
  const subscription = await findSubscription(context, caller, subscriptionId)
  if (subscription === undefined) {
    throw notFound("subscription", `The subscription '${subscriptionId}' could not be found.`)
  }
  await requireAction(context, caller, action, `/subscriptions/${subscription.id}`)
  return subscription
}

/**
 * The resource group, when the caller may do the action at the resource: in the group, or at one thing in it.
 *
 * `resource` is what follows the group's id, such as `/providers/Microsoft.KeyVault/vaults/v`; empty for the group
 * @throws DomainError `notFound` - no such subscription or group
 * @throws DomainError `forbidden` - asked before the group, so that it does not tell which groups exist
 */
export async function requireResourceGroup(
  context: DomainContext,
  caller: Caller,
  action: string,
  { subscriptionId, name, resource = "" }: ResourceGroupName & { resource?: string },
): Promise<ResourceGroupRecord> {
  const subscription = await findSubscription(context, caller, subscriptionId)
  if (subscription === undefined) {
    throw notFound("subscription", `The subscription '${subscriptionId}' could not be found.`)
  }
  const scope = `/subscriptions/${subscription.id}/resourceGroups/${name}${resource}`
  await requireAction(context, caller, action, scope)
  const key = { subscriptionId: subscription.id, nameKey: name.toLowerCase() }
  const group = await context.store.resourceGroups.find(key)
  if (group === undefined) throw notFound("resourceGroup", `Resource group '${name}' could not be found.`)
  return group
}

/** @throws DomainError `notFound`, `forbidden` */
export function getResourceGroup(
  context: DomainContext,
  caller: Caller,
  name: ResourceGroupName,
): Promise<ResourceGroupRecord> {
  return requireResourceGroup(context, caller, readAction, name)
}

/** The groups of a subscription, by name. @throws DomainError `notFound`, `forbidden` */
export async function listResourceGroups(
  context: DomainContext,
  caller: Caller,
  subscriptionId: string,
): Promise<ResourceGroupRecord[]> {
  const { id } = await requireSubscription(context, caller, readAction, subscriptionId)
  return context.store.resourceGroups.list({ where: { subscriptionId: id }, orderBy: "nameKey" })
}
