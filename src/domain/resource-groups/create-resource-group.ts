import type { ResourceGroupRecord } from "../../storage/records.ts"
import type { Transaction } from "../../storage/store.ts"
import { type Caller, requireAction } from "../access/index.ts"
import { recordEvent } from "../audit/index.ts"
import type { DomainContext } from "../context.ts"
import { DomainError, invalidInput, notFound } from "../errors.ts"
import { findSubscription } from "../tenants/index.ts"
import type { ResourceGroupName } from "./get-resource-group.ts"
import { parseLocation, parseTags } from "./resource-rules.ts"

export interface NewResourceGroup extends ResourceGroupName {
  location: string
  tags?: { [name: string]: unknown } | undefined
}

export interface CreatedResourceGroup {
  resourceGroup: ResourceGroupRecord
  created: boolean
}

const namePattern = /^[\p{L}\p{N}_().-]{0,89}[\p{L}\p{N}_()-]$/u

/**
 * Makes a resource group, or replaces the tags of the one there is.
 *
 * @throws DomainError `forbidden`
 * @throws DomainError `notFound` - no such subscription
 * @throws DomainError `invalidInput` - name, location or tags against the rules
 * @throws DomainError `conflict` - the group is in another location
 */
export async function createOrUpdateResourceGroup(
  context: DomainContext,
  caller: Caller,
  request: NewResourceGroup,
): Promise<CreatedResourceGroup> {
  const { name } = request
  const subscription = await findSubscription(context, caller, request.subscriptionId)
  if (subscription === undefined) {
    throw notFound("subscription", `The subscription '${request.subscriptionId}' could not be found.`)
  }
  const scope = `/subscriptions/${subscription.id}/resourceGroups/${name}`
  await requireAction(context, caller, "Microsoft.Resources/subscriptions/resourceGroups/write", scope)
  const wanted = toResourceGroup(context, { ...request, subscriptionId: subscription.id })
  return context.store.transaction(async (tx) => {
    const existing = await tx.resourceGroups.find(wanted)
    if (existing === undefined) {
      await insertResourceGroup(tx, context, caller, wanted)
      return { resourceGroup: wanted, created: true }
    }
    if (existing.location !== wanted.location) throw elsewhere(existing, wanted)
    const resourceGroup = { ...existing, tags: wanted.tags }
    await tx.resourceGroups.update(resourceGroup)
    await recordEvent(tx, context, event(caller, "ResourceGroupUpdate", resourceGroup))
    return { resourceGroup, created: false }
  })
}

/** Stores a group with its audit event, as part of a transaction. */
export async function insertResourceGroup(
  tx: Transaction,
  context: DomainContext,
  caller: Caller,
  resourceGroup: ResourceGroupRecord,
): Promise<void> {
  await tx.resourceGroups.insert(resourceGroup)
  await recordEvent(tx, context, event(caller, "ResourceGroupCreate", resourceGroup))
}

function toResourceGroup({ clock }: DomainContext, request: NewResourceGroup): ResourceGroupRecord {
  const { subscriptionId, name } = request
  if (!namePattern.test(name)) {
    throw invalidInput(
      "resourceGroup",
      "name",
      `"${name}" cannot name a resource group: 1 to 90 letters, digits, _ ( ) . and -, no . at the end`,
    )
  }
  return {
    subscriptionId,
    nameKey: name.toLowerCase(),
    name,
    location: parseLocation("resourceGroup", request.location),
    tags: parseTags("resourceGroup", request.tags ?? {}),
    createdAt: clock.now(),
  }
}

function elsewhere(existing: ResourceGroupRecord, wanted: ResourceGroupRecord): DomainError {
  return new DomainError("conflict", "resourceGroup", {
    reason: "location",
    detail: `Resource group "${existing.name}" is in "${existing.location}" and cannot move to "${wanted.location}"`,
  })
}

function event(caller: Caller, action: string, { subscriptionId, name }: ResourceGroupRecord) {
  return {
    tenantId: caller.tenantId,
    actor: caller.principalId,
    action,
    target: `/subscriptions/${subscriptionId}/resourceGroups/${name}`,
    correlationId: caller.correlationId,
  }
}
