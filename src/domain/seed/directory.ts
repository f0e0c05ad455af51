import type { Caller } from "../access/index.ts"
import { addClientCertificate, addClientSecret, registerApplication } from "../applications/index.ts"
import { notFound } from "../errors.ts"
import { createSubscription, createTenant, findTenant } from "../tenants/index.ts"
import { createUser, findUser } from "../users/index.ts"
import { applyAll, createUnlessThere, type SeedRun } from "./seed-run.ts"
import type { Seed } from "./seed-schema.ts"

const daySeconds = 86_400
const secretLifetimeDays = 365

export async function applyTenant(
  run: SeedRun,
  declared: Seed["tenants"][number],
  place: string,
): Promise<void> {
  const { context } = run
  const existing = await findTenant(context, declared.id ?? declared.domain)
  if (existing !== undefined) run.count("unchanged")
  else await createUnlessThere(run, () => createTenant(context, run.callerOf(run.defaultTenantId), declared))
  const { id: tenantId } = existing ?? (await tenantNamed(run, declared.domain))
  await applyAll(run, `${place}.subscriptions`, declared.subscriptions, async (_run, { id, displayName }) => {
    const request = { id, tenantId, displayName: displayName ?? id }
    await createUnlessThere(run, () => createSubscription(context, run.callerOf(tenantId), request))
  })
}

/** The password of a user who is there stays: it is the user's. */
export async function applyUser(run: SeedRun, { tenant, ...declared }: Seed["users"][number]): Promise<void> {
  const { context } = run
  const caller = await callerIn(run, tenant)
  if ((await findUser(context, declared.userPrincipalName)) !== undefined) run.count("unchanged")
  else await createUnlessThere(run, () => createUser(context, caller, declared))
}

export async function applyApplication(
  run: SeedRun,
  { tenant, secrets, certificates, ...declared }: Seed["applications"][number],
  place: string,
): Promise<void> {
  const { context } = run
  const caller = await callerIn(run, tenant)
  const existing = await findDeclaredApplication(run, caller.tenantId, declared)
  const made =
    existing === undefined
      ? await createUnlessThere(run, () => registerApplication(context, caller, declared))
      : undefined
  if (existing !== undefined) run.count("unchanged")
  const appId = existing ?? made?.application.appId
  if (appId === undefined)
    throw notFound("application", "Its client id or an object id belongs to another application")
  await applyAll(run, `${place}.secrets`, secrets, async (_run, { secret, displayName, lifetimeDays }) => {
    const request = {
      appId,
      displayName: displayName ?? "seed",
      lifetimeSeconds: (lifetimeDays ?? secretLifetimeDays) * daySeconds,
      secretText: secret,
    }
    await createUnlessThere(run, () => addClientSecret(context, caller, request))
  })
  await applyAll(run, `${place}.certificates`, certificates, async (_run, certificate) => {
    await createUnlessThere(run, () => addClientCertificate(context, caller, { appId, certificate }))
  })
}

/** Without a client id the display name tells which application is meant. */
async function findDeclaredApplication(
  { context: { store } }: SeedRun,
  tenantId: string,
  { appId, displayName }: { appId?: string | undefined; displayName: string },
): Promise<string | undefined> {
  const where = appId === undefined ? { tenantId, displayName } : { tenantId, appId }
  const [found] = await store.applications.list({ where, limit: 1 })
  return found?.appId
}

/** keybearer itself in the tenant that is named by domain or id, or in the default one. */
export async function callerIn(run: SeedRun, tenant: string | undefined): Promise<Caller> {
  return run.callerOf(tenant === undefined ? run.defaultTenantId : (await tenantNamed(run, tenant)).id)
}

async function tenantNamed({ context }: SeedRun, name: string): Promise<{ id: string }> {
  const found = await findTenant(context, name)
  if (found === undefined) throw notFound("tenant", `There is no tenant "${name}"`)
  return found
}
