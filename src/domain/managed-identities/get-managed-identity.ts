import type { ManagedIdentityRecord, ResourceGroupRecord } from "../../storage/records.ts"
import type { ReadCollections } from "../../storage/store.ts"
import type { Caller } from "../access/index.ts"
import type { DomainContext } from "../context.ts"
import { type DomainError, notFound } from "../errors.ts"
import { requireResourceGroup, requireSubscription } from "../resource-groups/index.ts"

/** Where a managed identity is: letter case is ignored. */
export interface ManagedIdentityName {
  subscriptionId: string
  resourceGroup: string
  name: string
}

const readAction = "Microsoft.ManagedIdentity/userAssignedIdentities/read"

/** @throws DomainError `notFound`, `forbidden` */
export async function getManagedIdentity(
  context: DomainContext,
  caller: Caller,
  name: ManagedIdentityName,
): Promise<ManagedIdentityRecord> {
  const group = await requireGroupOf(context, caller, readAction, name)
  const identity = await findInGroup(context.store, group, name.name)
  if (identity === undefined) throw identityNotFound(name.name, group.name)
  return identity
}

/** The identities of a resource group, or of a whole subscription. @throws DomainError `notFound`, `forbidden` */
export async function listManagedIdentities(
  context: DomainContext,
  caller: Caller,
  { subscriptionId, resourceGroup }: { subscriptionId: string; resourceGroup?: string | undefined },
): Promise<ManagedIdentityRecord[]> {
  const { managedIdentities } = context.store
  if (resourceGroup === undefined) {
    const { id } = await requireSubscription(context, caller, readAction, subscriptionId)
    return managedIdentities.list({ where: { subscriptionId: id } })
  }
  const group = await requireResourceGroup(context, caller, readAction, {
    subscriptionId,
    name: resourceGroup,
  })
  return managedIdentities.list({ where: inGroup(group), orderBy: "nameKey" })
}

/** The ARM id of an identity. */
export function managedIdentityResourceId(identity: ManagedIdentityRecord): string {
  const { subscriptionId, resourceGroup, name } = identity
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`
}

/** The group of an identity, when the caller may do the action at the identity. */
export function requireGroupOf(
  context: DomainContext,
  caller: Caller,
  action: string,
  { subscriptionId, resourceGroup, name }: ManagedIdentityName,
): Promise<ResourceGroupRecord> {
  const resource = `/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`
  return requireResourceGroup(context, caller, action, { subscriptionId, name: resourceGroup, resource })
}

export async function findInGroup(
  source: Pick<ReadCollections, "managedIdentities">,
  group: ResourceGroupRecord,
  name: string,
): Promise<ManagedIdentityRecord | undefined> {
  const where = { ...inGroup(group), nameKey: name.toLowerCase() }
  const [found] = await source.managedIdentities.list({ where, limit: 1 })
  return found
}

function inGroup({ subscriptionId, name }: ResourceGroupRecord) {
  return { subscriptionId, resourceGroup: name }
}

function identityNotFound(name: string, resourceGroup: string): DomainError {
  return notFound(
    "managedIdentity",
    `The Resource 'Microsoft.ManagedIdentity/userAssignedIdentities/${name}' under resource group '${resourceGroup}' was not found.`,
  )
}
