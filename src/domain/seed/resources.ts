import type { Caller } from "../access/index.ts"
import { importCertificate, readKeyMaterial } from "../certificates/index.ts"
import { notFound } from "../errors.ts"
import { firstResourceGroup } from "../installation/index.ts"
import { createOrUpdateManagedIdentity } from "../managed-identities/index.ts"
import { createOrUpdateResourceGroup } from "../resource-groups/index.ts"
import { setSecret } from "../secrets/index.ts"
import { openStoredValue, type StoredVersion } from "../vault-objects/index.ts"
import { createOrUpdateVault, findVault, type Vault } from "../vaults/index.ts"
import { applyAll, type Outcome, type SeedRun } from "./seed-run.ts"
import type { Seed } from "./seed-schema.ts"

type DeclaredVault = Seed["vaults"][number]

export async function applyResourceGroup(
  run: SeedRun,
  { subscription, name, location, tags }: Seed["resourceGroups"][number],
): Promise<void> {
  const { context } = run
  const { subscriptionId, caller } = await subscriptionOf(run, subscription)
  const existing = await context.store.resourceGroups.find({ subscriptionId, nameKey: name.toLowerCase() })
  if (existing !== undefined && sameAs(existing, { location, tags })) return run.count("unchanged")
  const request = { subscriptionId, name, ...settledBy(run, existing, { location, tags }) }
  const { created } = await createOrUpdateResourceGroup(context, caller, request)
  run.count(created ? "created" : "updated")
}

export async function applyManagedIdentity(
  run: SeedRun,
  {
    subscription,
    resourceGroup = firstResourceGroup,
    name,
    location,
    tags,
  }: Seed["managedIdentities"][number],
): Promise<void> {
  const { context } = run
  const { subscriptionId, caller } = await subscriptionOf(run, subscription)
  const inSubscription = await context.store.managedIdentities.list({ where: { subscriptionId } })
  const existing = inSubscription.find(
    (identity) =>
      identity.nameKey === name.toLowerCase() &&
      identity.resourceGroup.toLowerCase() === resourceGroup.toLowerCase(),
  )
  if (existing !== undefined && sameAs(existing, { location, tags })) return run.count("unchanged")
  const request = { subscriptionId, resourceGroup, name, ...settledBy(run, existing, { location, tags }) }
  const { created } = await createOrUpdateManagedIdentity(context, caller, request)
  run.count(created ? "created" : "updated")
}

export async function applyVault(run: SeedRun, declared: DeclaredVault, place: string): Promise<void> {
  const { caller, vault, outcome } = await placeVault(run, declared)
  run.count(outcome)
  await applyAll(run, `${place}.secrets`, declared.secrets, (_run, secret, secretPlace) =>
    applySecret(run, { caller, vault, secret, place: secretPlace }),
  )
  await applyAll(run, `${place}.certificates`, declared.certificates, (_run, certificate, certificatePlace) =>
    applyCertificate(run, { caller, vault, certificate, place: certificatePlace }),
  )
}

async function placeVault(
  run: SeedRun,
  declared: DeclaredVault,
): Promise<{ caller: Caller; vault: Vault; outcome: Outcome }> {
  const { context } = run
  const {
    resourceGroup = firstResourceGroup,
    name,
    location,
    tags,
    sku,
    softDeleteRetentionDays,
    purgeProtection,
  } = declared
  const { subscriptionId, caller } = await subscriptionOf(run, declared.subscription)
  const existing = await findVault(context, name)
  const asDeclared = { location, tags, sku, softDeleteRetentionDays, purgeProtection }
  const isThere =
    existing?.subscriptionId === subscriptionId &&
    existing.resourceGroup.toLowerCase() === resourceGroup.toLowerCase()
  if (isThere && sameAs(existing, asDeclared)) return { caller, vault: existing, outcome: "unchanged" }
  const settled = settledBy(run, isThere ? existing : undefined, { location, tags })
  const request = { subscriptionId, resourceGroup, name, ...asDeclared, ...settled }
  const { vault, created } = await createOrUpdateVault(context, caller, request)
  return { caller, vault, outcome: created ? "created" : "updated" }
}

interface InVault {
  caller: Caller
  vault: Vault
  place: string
}

/** The same value makes no new version. */
async function applySecret(
  run: SeedRun,
  { caller, vault, secret, place }: InVault & { secret: DeclaredVault["secrets"][number] },
): Promise<void> {
  const existing = await currentVersion(run, vault, "secret", secret.name)
  if (existing?.object.state === "deleted") return staysDeleted(run, place)
  if (existing !== undefined) {
    const value = await openStoredValue(run.context, vault, existing)
    if (Buffer.from(value).toString("utf8") === secret.value) return run.count("unchanged")
  }
  await setSecret(run.context, caller, { vault, ...secret })
  run.count(existing === undefined ? "created" : "updated")
}

/** The same certificate makes no new version. */
async function applyCertificate(
  run: SeedRun,
  { caller, vault, certificate, place }: InVault & { certificate: DeclaredVault["certificates"][number] },
): Promise<void> {
  const { value, password } = certificate
  const existing = await currentVersion(run, vault, "certificate", certificate.name)
  if (existing?.object.state === "deleted") return staysDeleted(run, place)
  if (existing !== undefined) {
    const [leaf] = (await readKeyMaterial(value, password)).certificates
    const stored = await openStoredValue(run.context, vault, existing)
    if (leaf !== undefined && Buffer.from(stored).equals(leaf.der)) return run.count("unchanged")
  }
  await importCertificate(run.context, caller, { vault, ...certificate })
  run.count(existing === undefined ? "created" : "updated")
}

/** Read past the vault's operations: comparing is no reading of a secret by anybody. */
async function currentVersion(
  { context: { store } }: SeedRun,
  { id: vaultId }: Vault,
  kind: "secret" | "certificate",
  name: string,
): Promise<StoredVersion | undefined> {
  const key = { vaultId, kind, nameKey: name.toUpperCase() }
  const object = await store.vaultObjects.find(key)
  if (object === undefined) return undefined
  const version = await store.vaultObjectVersions.find({ ...key, version: object.currentVersion })
  return version === undefined ? undefined : { object, version }
}

function staysDeleted(run: SeedRun, place: string): void {
  run.count("unchanged")
  run.note(`${place}: is deleted and stays so. Recover or purge it, or take it out of the seed file`)
}

/** The subscription that is named, or that of the first start, with keybearer itself in its tenant. */
export async function subscriptionOf(
  run: SeedRun,
  id: string | undefined,
): Promise<{ subscriptionId: string; caller: Caller }> {
  const { subscriptions } = run.context.store
  const [found] =
    id === undefined
      ? await subscriptions.list({ where: { tenantId: run.defaultTenantId }, orderBy: "createdAt", limit: 1 })
      : [await subscriptions.find({ id })]
  if (found === undefined) throw notFound("subscription", `There is no subscription "${id ?? ""}"`)
  return { subscriptionId: found.id, caller: run.callerOf(found.tenantId) }
}

interface Settings {
  location?: string | undefined
  tags?: { [name: string]: string } | undefined
}

/** What the seed leaves open stays as it is, or begins with the installation's region and no tags. */
function settledBy(
  { region }: SeedRun,
  existing: Required<Settings> | undefined,
  { location, tags }: Settings,
): { location: string; tags: { [name: string]: string } } {
  return { location: location ?? existing?.location ?? region, tags: tags ?? existing?.tags ?? {} }
}

/** Whether a record says all that was declared. */
function sameAs(existing: object, declared: object): boolean {
  return Object.entries(declared).every(([name, wanted]) => {
    if (wanted === undefined) return true
    const there = (existing as { [member: string]: unknown })[name]
    return name === "location" ? there === foldLocation(wanted) : sameJson(there, wanted)
  })
}

function foldLocation(location: unknown): string {
  return String(location).replaceAll(" ", "").toLowerCase()
}

function sameJson(left: unknown, right: unknown): boolean {
  return JSON.stringify(sorted(left)) === JSON.stringify(sorted(right))
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value
  return Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
}
