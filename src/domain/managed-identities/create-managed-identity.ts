import type { ManagedIdentityRecord, ResourceGroupRecord } from "../../storage/records.ts"
import type { Transaction } from "../../storage/store.ts"
import type { Caller } from "../access/index.ts"
import { recordEvent } from "../audit/index.ts"
import type { DomainContext } from "../context.ts"
import { DomainError, invalidInput } from "../errors.ts"
import { parseLocation, parseTags } from "../resource-groups/index.ts"
import {
  findInGroup,
  managedIdentityResourceId,
  type ManagedIdentityName,
  requireGroupOf,
} from "./get-managed-identity.ts"

export interface NewManagedIdentity extends ManagedIdentityName {
  location: string
  tags?: { [name: string]: unknown } | undefined
}

export interface CreatedManagedIdentity {
  identity: ManagedIdentityRecord
  created: boolean
}

const namePattern = /^[a-z0-9][a-z0-9_-]{2,127}$/i

/**
 * Makes a managed identity with its service principal, or replaces the tags of the one there is.
 *
 * @throws DomainError `forbidden`
 * @throws DomainError `notFound` - no such subscription or resource group
 * @throws DomainError `invalidInput` - name, location or tags against the rules
 * @throws DomainError `conflict` - the identity is in another location
 */
export async function createOrUpdateManagedIdentity(
  context: DomainContext,
  caller: Caller,
  request: NewManagedIdentity,
): Promise<CreatedManagedIdentity> {
  const group = await requireGroupOf(
    context,
    caller,
    "Microsoft.ManagedIdentity/userAssignedIdentities/write",
    request,
  )
  const wanted = toManagedIdentity(context, caller, group, request)
  return context.store.transaction(async (tx) => {
    const existing = await findInGroup(tx, group, wanted.name)
    if (existing === undefined) {
      await insertManagedIdentity(tx, wanted)
      await recordEvent(tx, context, event(caller, "ManagedIdentityCreate", wanted))
      return { identity: wanted, created: true }
    }
    if (existing.location !== wanted.location) throw elsewhere(existing, wanted)
    const identity = { ...existing, tags: wanted.tags }
    await tx.managedIdentities.update(identity)
    await recordEvent(tx, context, event(caller, "ManagedIdentityUpdate", identity))
    return { identity, created: false }
  })
}

function toManagedIdentity(
  { clock, ids }: DomainContext,
  caller: Caller,
  group: ResourceGroupRecord,
  request: NewManagedIdentity,
): ManagedIdentityRecord {
  const { name } = request
  if (!namePattern.test(name)) {
    throw invalidInput(
      "managedIdentity",
      "name",
      `"${name}" cannot name a managed identity: 3 to 128 letters, digits, _ and -, a letter or digit first`,
    )
  }
  return {
    id: ids.guid(),
    tenantId: caller.tenantId,
    subscriptionId: group.subscriptionId,
    resourceGroup: group.name,
    name,
    nameKey: name.toLowerCase(),
    location: parseLocation("managedIdentity", request.location),
    tags: parseTags("managedIdentity", request.tags ?? {}),
    clientId: ids.guid(),
    servicePrincipalId: ids.guid(),
    createdAt: clock.now(),
  }
}

async function insertManagedIdentity(tx: Transaction, identity: ManagedIdentityRecord): Promise<void> {
  await tx.servicePrincipals.insert({
    id: identity.servicePrincipalId,
    tenantId: identity.tenantId,
    appId: identity.clientId,
    displayName: identity.name,
    kind: "managedIdentity",
    enabled: true,
    createdAt: identity.createdAt,
  })
  await tx.managedIdentities.insert(identity)
}

function elsewhere(existing: ManagedIdentityRecord, wanted: ManagedIdentityRecord): DomainError {
  return new DomainError("conflict", "managedIdentity", {
    reason: "location",
    detail: `Managed identity "${existing.name}" is in "${existing.location}" and cannot move to "${wanted.location}"`,
  })
}

function event(caller: Caller, action: string, identity: ManagedIdentityRecord) {
  return {
    tenantId: caller.tenantId,
    actor: caller.principalId,
    action,
    target: managedIdentityResourceId(identity),
    correlationId: caller.correlationId,
    details: { clientId: identity.clientId, servicePrincipalId: identity.servicePrincipalId },
  }
}
