import type { SubscriptionRecord } from "../../storage/records.ts"
import { type Caller, isAllowed, requireAction } from "../access/index.ts"
import type { DomainContext } from "../context.ts"
import { notFound } from "../errors.ts"

const readAction = "Microsoft.Resources/subscriptions/read"

/** A subscription of the caller's tenant; undefined when there is none, whoever else may have one. */
export async function findSubscription(
  { store }: DomainContext,
  caller: Caller,
  id: string,
): Promise<SubscriptionRecord | undefined> {
  const found = await store.subscriptions.find({ id: id.toLowerCase() })
  return found?.tenantId === caller.tenantId ? found : undefined
}

/** The subscriptions of the caller's tenant that the caller has any business in: a role at or below them. */
export async function listSubscriptions(
  context: DomainContext,
  caller: Caller,
): Promise<SubscriptionRecord[]> {
  const all = await context.store.subscriptions.list({ where: { tenantId: caller.tenantId }, orderBy: "id" })
  const visible = await Promise.all(all.map((subscription) => isVisible(context, caller, subscription)))
  return all.filter((_, index) => visible[index])
}

async function isVisible(
  context: DomainContext,
  caller: Caller,
  { id }: SubscriptionRecord,
): Promise<boolean> {
  const scope = `/subscriptions/${id}`
  if (await isAllowed(context, caller, { action: readAction }, scope)) return true
  const assignments = await context.store.roleAssignments.list({ where: { principalId: caller.principalId } })
  return assignments.some(({ scopeKey }) => scopeKey.startsWith(`${scope}/`))
}

/** @throws DomainError `notFound` - none in the caller's tenant; `forbidden` - no role at it or below */
export async function getSubscription(
  context: DomainContext,
  caller: Caller,
  id: string,
): Promise<SubscriptionRecord> {
  const subscription = await findSubscription(context, caller, id)
  if (subscription === undefined)
    throw notFound("subscription", `The subscription '${id}' could not be found.`)
  if (await isVisible(context, caller, subscription)) return subscription
  await requireAction(context, caller, readAction, `/subscriptions/${subscription.id}`)
  return subscription
}

/** The tenant of a subscription: where somebody who has no token yet can get one. */
export async function findTenantIdOfSubscription(
  { store }: DomainContext,
  subscriptionId: string,
): Promise<string | undefined> {
  return (await store.subscriptions.find({ id: subscriptionId.toLowerCase() }))?.tenantId
}
