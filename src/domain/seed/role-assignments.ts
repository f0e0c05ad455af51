import { createRoleAssignment } from "../access/index.ts"
import { invalidInput, notFound } from "../errors.ts"
import { findUser } from "../users/index.ts"
import { findVault, vaultResourceId } from "../vaults/index.ts"
import { createUnlessThere, type SeedRun } from "./seed-run.ts"
import { callerIn } from "./directory.ts"
import { subscriptionOf } from "./resources.ts"
import type { Seed } from "./seed-schema.ts"

type Declared = Seed["roleAssignments"][number]

export async function applyRoleAssignment(run: SeedRun, { role, to, at }: Declared): Promise<void> {
  const { context } = run
  const caller = await callerIn(run, to.tenant)
  const request = {
    id: context.ids.guid(),
    assignmentScope: await scopeOf(run, at),
    roleDefinitionId: role,
    principalId: await principalIdOf(run, caller.tenantId, to),
  }
  await createUnlessThere(run, () => createRoleAssignment(context, caller, request))
}

async function scopeOf(run: SeedRun, at: Declared["at"]): Promise<string> {
  if (at.scope !== undefined) return at.scope
  if (at.vault === undefined) {
    const { subscriptionId } = await subscriptionOf(run, at.subscription)
    const group = at.resourceGroup === undefined ? "" : `/resourceGroups/${at.resourceGroup}`
    return `/subscriptions/${subscriptionId}${group}`
  }
  const vault = await findVault(run.context, at.vault)
  if (vault === undefined) throw notFound("vault", `There is no vault "${at.vault}"`)
  const object = [
    ["secrets", at.secret],
    ["keys", at.key],
    ["certificates", at.certificate],
  ].find(([, name]) => name !== undefined)
  return object === undefined ? vaultResourceId(vault) : `${vaultResourceId(vault)}/${object.join("/")}`
}

async function principalIdOf(run: SeedRun, tenantId: string, to: Declared["to"]): Promise<string> {
  const { context } = run
  if (to.id !== undefined) return to.id
  if (to.user !== undefined) {
    const user = await findUser(context, to.user)
    if (user !== undefined) return user.id
    throw notFound("user", `There is no user "${to.user}"`)
  }
  const kind = to.application === undefined ? "managedIdentity" : "application"
  const name = to.application ?? to.managedIdentity ?? ""
  const all = await context.store.servicePrincipals.list({ where: { tenantId } })
  const named = all.filter(
    (one) => one.kind === kind && (one.displayName === name || one.appId === name.toLowerCase()),
  )
  const [found, ...others] = named
  if (found === undefined) throw notFound("servicePrincipal", `There is no ${words[kind]} "${name}"`)
  if (others.length === 0) return found.id
  throw invalidInput(
    "servicePrincipal",
    "to",
    `Several are called "${name}": name it by its client id, or by id`,
  )
}

const words = { application: "application", managedIdentity: "managed identity" } as const
