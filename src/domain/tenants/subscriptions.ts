import type { SubscriptionRecord } from "../../storage/records.ts"
import { AlreadyExistsError, type Transaction } from "../../storage/store.ts"
import { type Caller, isAllowed, requireAction } from "../access/index.ts"
import { recordEvent } from "../audit/index.ts"
import type { DomainContext } from "../context.ts"
import { DomainError, invalidInput, notFound } from "../errors.ts"

const readAction = "Microsoft.Resources/subscriptions/read"

export interface NewSubscription {
  /** A GUID; random when not given. */
  id?: string | undefined
  tenantId: string
  displayName: string
}

const guid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/

/**
 * Makes a subscription in a tenant. Only keybearer itself does, at first start or from a seed file.
 *
 * @throws DomainError `invalidInput` - malformed id
 * @throws DomainError `alreadyExists` - id taken
 */
export async function createSubscription(
  context: DomainContext,
  caller: Caller,
  request: NewSubscription,
): Promise<SubscriptionRecord> {
  await requireAction(context, caller, "Microsoft.Subscription/aliases/write", "/")
  const subscription = toSubscription(context, request)
  try {
    await context.store.transaction((tx) => insertSubscription(tx, context, caller, subscription))
  } catch (error) {
    if (!(error instanceof AlreadyExistsError)) throw error
    throw new DomainError("alreadyExists", "subscription", {
      detail: `Subscription "${subscription.id}" exists already`,
      cause: error,
    })
  }
  return subscription
}

/** Checks what was asked for and gives it an id. @throws DomainError `invalidInput` */
export function toSubscription({ clock, ids }: DomainContext, request: NewSubscription): SubscriptionRecord {
  const id = (request.id ?? ids.guid()).toLowerCase()
  if (!guid.test(id))
    throw invalidInput("subscription", "id", `"${id}" cannot be a subscription id: give a GUID`)
  return { id, tenantId: request.tenantId, displayName: request.displayName, createdAt: clock.now() }
}

/** Stores a subscription with its audit event, as part of a transaction. */
export async function insertSubscription(
  tx: Transaction,
  context: DomainContext,
  caller: Caller,
  subscription: SubscriptionRecord,
): Promise<void> {
  await tx.subscriptions.insert(subscription)
  await recordEvent(tx, context, {
    tenantId: subscription.tenantId,
    actor: caller.principalId,
    action: "SubscriptionCreate",
    target: `/subscriptions/${subscription.id}`,
    correlationId: caller.correlationId,
  })
}

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
