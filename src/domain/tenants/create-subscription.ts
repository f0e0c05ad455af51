import { isGuid } from "../../guid.ts"
import type { SubscriptionRecord } from "../../storage/records.ts"
import { AlreadyExistsError, type Transaction } from "../../storage/store.ts"
import { type Caller, requireAction } from "../access/index.ts"
import { recordEvent } from "../audit/index.ts"
import type { DomainContext } from "../context.ts"
import { DomainError, invalidInput } from "../errors.ts"

export interface NewSubscription {
  /** A GUID; random when not given. */
  id?: string | undefined
  tenantId: string
  displayName: string
}

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
  if (!isGuid(id))
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
