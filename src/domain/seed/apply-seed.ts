import { systemCaller } from "../access/index.ts"
import type { DomainContext } from "../context.ts"
import { findDefaultTenant } from "../tenants/index.ts"
import { applyApplication, applyTenant, applyUser } from "./directory.ts"
import { applyManagedIdentity, applyResourceGroup, applyVault } from "./resources.ts"
import { applyRoleAssignment } from "./role-assignments.ts"
import type { Seed } from "./seed-schema.ts"
import { applyAll, type SeedOutcome, type SeedRun } from "./seed-run.ts"
import { applyTokenIdentity, applyTokenRole } from "./token-identities.ts"

/**
 * Makes what a seed declares and is not there yet. What is there is brought to what the seed says where
 * that can be changed; passwords of users and identities, and what a person has deleted, stay.
 *
 * @throws SeedError naming the place in the file; what stands before it has been applied
 */
export async function applySeed(
  context: DomainContext,
  seed: Seed,
  { region }: { region: string },
): Promise<SeedOutcome> {
  const tenant = await findDefaultTenant(context)
  if (tenant === undefined) throw new TypeError("A seed is applied after the first start")
  const outcome: SeedOutcome = { created: 0, updated: 0, unchanged: 0, notes: [] }
  const run: SeedRun = {
    region,
    callerOf: systemCaller,
    context,
    defaultTenantId: tenant.id,
    count: (kind) => outcome[kind]++,
    note: (sentence) => outcome.notes.push(sentence),
  }
  // Each may refer to what stands above it.
  await applyAll(run, "tenants", seed.tenants, applyTenant)
  await applyAll(run, "users", seed.users, applyUser)
  await applyAll(run, "applications", seed.applications, applyApplication)
  await applyAll(run, "resourceGroups", seed.resourceGroups, applyResourceGroup)
  await applyAll(run, "managedIdentities", seed.managedIdentities, applyManagedIdentity)
  await applyAll(run, "vaults", seed.vaults, applyVault)
  await applyAll(run, "roleAssignments", seed.roleAssignments, applyRoleAssignment)
  await applyAll(run, "tokenRoles", seed.tokenRoles, applyTokenRole)
  await applyAll(run, "tokenIdentities", seed.tokenIdentities, applyTokenIdentity)
  return outcome
}
