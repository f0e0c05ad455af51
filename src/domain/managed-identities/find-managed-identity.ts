import type { ManagedIdentityRecord } from "../../storage/records.ts"
import type { DomainContext } from "../context.ts"
import { findInGroup } from "./get-managed-identity.ts"

/** Finds an identity by what a token request may name it by: client id, object id or ARM id. */
export async function findManagedIdentity(
  { store }: DomainContext,
  by: { clientId: string } | { objectId: string } | { resourceId: string },
): Promise<ManagedIdentityRecord | undefined> {
  if ("resourceId" in by) return findByResourceId(store, by.resourceId)
  const where =
    "clientId" in by
      ? { clientId: by.clientId.toLowerCase() }
      : { servicePrincipalId: by.objectId.toLowerCase() }
  const [found] = await store.managedIdentities.list({ where, limit: 1 })
  return found
}

const resourceIdPattern =
  /^\/subscriptions\/(?<subscriptionId>[^/]+)\/resourcegroups\/(?<group>[^/]+)\/providers\/microsoft\.managedidentity\/userassignedidentities\/(?<name>[^/]+)$/

async function findByResourceId(
  store: DomainContext["store"],
  resourceId: string,
): Promise<ManagedIdentityRecord | undefined> {
  const { subscriptionId, group, name } = resourceIdPattern.exec(resourceId.toLowerCase())?.groups ?? {}
  if (subscriptionId === undefined || group === undefined || name === undefined) return undefined
  const found = await store.resourceGroups.find({ subscriptionId, nameKey: group })
  return found === undefined ? undefined : findInGroup(store, found, name)
}
