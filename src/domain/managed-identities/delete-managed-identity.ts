import type { Caller } from "../access/index.ts"
import { recordEvent } from "../audit/index.ts"
import type { DomainContext } from "../context.ts"
import {
  findInGroup,
  managedIdentityResourceId,
  type ManagedIdentityName,
  requireGroupOf,
} from "./get-managed-identity.ts"

/**
 * Deletes a managed identity with its service principal. Role assignments of it stay, as in Azure, and
 * give nothing to anybody: its object id is never used again.
 *
 * @returns whether there was one
 * @throws DomainError `notFound` - no such subscription or resource group
 * @throws DomainError `forbidden`
 */
export async function deleteManagedIdentity(
  context: DomainContext,
  caller: Caller,
  name: ManagedIdentityName,
): Promise<boolean> {
  const group = await requireGroupOf(
    context,
    caller,
    "Microsoft.ManagedIdentity/userAssignedIdentities/delete",
    name,
  )
  return context.store.transaction(async (tx) => {
    const identity = await findInGroup(tx, group, name.name)
    if (identity === undefined) return false
    await tx.managedIdentities.delete({ id: identity.id })
    await tx.servicePrincipals.delete({ id: identity.servicePrincipalId })
    await recordEvent(tx, context, {
      tenantId: identity.tenantId,
      actor: caller.principalId,
      action: "ManagedIdentityDelete",
      target: managedIdentityResourceId(identity),
      correlationId: caller.correlationId,
    })
    return true
  })
}
