import type { VaultRecord } from "../../storage/records.ts"
import { type Caller, isAllowed } from "../access/index.ts"
import type { DomainContext } from "../context.ts"
import { type DomainError, notFound } from "../errors.ts"
import { requireResourceGroup, requireSubscription } from "../resource-groups/index.ts"
import { getSubscription } from "../tenants/index.ts"
import { findVault, vaultResourceId } from "./find-vault.ts"

/** Where a vault is: letter case is ignored. */
export interface VaultName {
  subscriptionId: string
  resourceGroup: string
  name: string
}

const readAction = "Microsoft.KeyVault/vaults/read"

/** @throws DomainError `notFound`, `forbidden` */
export async function getVault(
  context: DomainContext,
  caller: Caller,
  name: VaultName,
): Promise<VaultRecord> {
  return requireVault(context, caller, readAction, name)
}

/** The vault, when the caller may do the action at it. @throws DomainError `notFound`, `forbidden` */
export async function requireVault(
  context: DomainContext,
  caller: Caller,
  action: string,
  { subscriptionId, resourceGroup, name }: VaultName,
): Promise<VaultRecord> {
  const place = {
    subscriptionId,
    name: resourceGroup,
    resource: `/providers/Microsoft.KeyVault/vaults/${name}`,
  }
  const group = await requireResourceGroup(context, caller, action, place)
  const vault = await findVault(context, name)
  if (vault?.subscriptionId === group.subscriptionId && vault.resourceGroup === group.name) return vault
  throw vaultNotFound(name, group.name)
}

export function vaultNotFound(name: string, resourceGroup: string): DomainError {
  return notFound(
    "vault",
    `The Resource 'Microsoft.KeyVault/vaults/${name}' under resource group '${resourceGroup}' was not found.`,
  )
}

export interface VaultPage {
  vaults: VaultRecord[]
  /** Give it back as `after` for the next page; undefined on the last. */
  next: string | undefined
}

/**
 * Vaults of a resource group, or of a whole subscription, by name.
 * @throws DomainError `notFound`, `forbidden`
 */
export async function listVaults(
  context: DomainContext,
  caller: Caller,
  place: { subscriptionId: string; resourceGroup?: string | undefined },
  page: { after?: string | undefined; limit: number },
): Promise<VaultPage> {
  const where = await placeOf(context, caller, place)
  const found = await context.store.vaults.list({
    where,
    orderBy: "nameKey",
    ...(page.after === undefined ? {} : { after: page.after }),
    limit: page.limit + 1,
  })
  const vaults = found.slice(0, page.limit)
  return { vaults, next: found.length > page.limit ? vaults.at(-1)?.nameKey : undefined }
}

async function placeOf(
  context: DomainContext,
  caller: Caller,
  { subscriptionId, resourceGroup }: { subscriptionId: string; resourceGroup?: string | undefined },
): Promise<{ subscriptionId: string; resourceGroup?: string }> {
  if (resourceGroup === undefined) {
    const { id } = await requireSubscription(context, caller, readAction, subscriptionId)
    return { subscriptionId: id }
  }
  const groupName = { subscriptionId, name: resourceGroup }
  const group = await requireResourceGroup(context, caller, readAction, groupName)
  return { subscriptionId: group.subscriptionId, resourceGroup: group.name }
}

/**
 * Those vaults of a subscription that the caller may read, be it by a role at a single one of them.
 * @throws DomainError `notFound` - no such subscription
 */
export async function listReadableVaults(
  context: DomainContext,
  caller: Caller,
  subscriptionId: string,
): Promise<VaultRecord[]> {
  const { id } = await getSubscription(context, caller, subscriptionId)
  const all = await context.store.vaults.list({ where: { subscriptionId: id }, orderBy: "nameKey" })
  const question = { action: readAction }
  const readable = await Promise.all(
    all.map((vault) => isAllowed(context, caller, question, vaultResourceId(vault))),
  )
  return all.filter((_, index) => readable[index])
}
