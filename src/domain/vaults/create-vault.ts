import type { DataKeyRecord, ResourceGroupRecord, VaultRecord } from "../../storage/records.ts"
import { AlreadyExistsError, type Transaction } from "../../storage/store.ts"
import type { Caller } from "../access/index.ts"
import { recordEvent } from "../audit/index.ts"
import type { DomainContext } from "../context.ts"
import { DomainError } from "../errors.ts"
import { parseLocation, parseTags, requireResourceGroup } from "../resource-groups/index.ts"
import { vaultResourceId } from "./find-vault.ts"
import type { VaultName } from "./get-vault.ts"
import { assertVaultName, toChangedSettings, toNewSettings, type WantedVaultSettings } from "./vault-rules.ts"

export interface NewVault extends VaultName, WantedVaultSettings {
  location: string
  tags?: { [name: string]: unknown } | undefined
}

export interface CreatedVault {
  vault: VaultRecord
  created: boolean
}

/**
 * Makes a vault with a sealing key of its own, or replaces the tags and settings of the one there is.
 * Names are unique across all subscriptions and tenants, since they become host names.
 *
 * @throws DomainError `forbidden`
 * @throws DomainError `notFound` - no such subscription or resource group
 * @throws DomainError `invalidInput` - name, location, tags or settings against the rules
 * @throws DomainError `alreadyExists` - another resource group has a vault of that name
 * @throws DomainError `conflict` - the vault is in another location
 */
export async function createOrUpdateVault(
  context: DomainContext,
  caller: Caller,
  request: NewVault,
): Promise<CreatedVault> {
  const { subscriptionId, name } = request
  const place = {
    subscriptionId,
    name: request.resourceGroup,
    resource: `/providers/Microsoft.KeyVault/vaults/${name}`,
  }
  const group = await requireResourceGroup(context, caller, "Microsoft.KeyVault/vaults/write", place)
  assertVaultName(name)
  const checked = {
    location: parseLocation("vault", request.location),
    tags: parseTags("vault", request.tags ?? {}),
  }
  const dataKey = context.keyring.newDataKey("vault")
  try {
    return await context.store.transaction(async (tx) => {
      const [existing] = await tx.vaults.list({ where: { nameKey: name.toLowerCase() }, limit: 1 })
      return existing === undefined
        ? create(tx, context, caller, { request, group, dataKey, ...checked })
        : replace(tx, context, caller, { request, group, existing, ...checked })
    })
  } catch (error) {
    // Two servers on one store can both have found the name free.
    if (error instanceof AlreadyExistsError) throw taken(name, error)
    throw error
  }
}

interface Checked {
  request: NewVault
  group: ResourceGroupRecord
  location: string
  tags: VaultRecord["tags"]
}

async function create(
  tx: Transaction,
  context: DomainContext,
  caller: Caller,
  { request, group, location, tags, dataKey }: Checked & { dataKey: DataKeyRecord },
): Promise<CreatedVault> {
  const vault: VaultRecord = {
    id: context.ids.guid(),
    tenantId: caller.tenantId,
    subscriptionId: group.subscriptionId,
    resourceGroup: group.name,
    name: request.name,
    nameKey: request.name.toLowerCase(),
    location,
    tags,
    ...toNewSettings(request),
    dataKeyId: dataKey.id,
    createdAt: context.clock.now(),
  }
  await tx.dataKeys.insert(dataKey)
  await tx.vaults.insert(vault)
  await recordVaultPut(tx, context, caller, vault)
  return { vault, created: true }
}

async function replace(
  tx: Transaction,
  context: DomainContext,
  caller: Caller,
  { request, group, location, tags, existing }: Checked & { existing: VaultRecord },
): Promise<CreatedVault> {
  const same = existing.subscriptionId === group.subscriptionId && existing.resourceGroup === group.name
  if (!same) throw taken(request.name)
  if (existing.location !== location) {
    throw new DomainError("conflict", "vault", {
      reason: "location",
      detail: `Vault "${existing.name}" is in "${existing.location}" and cannot move to "${location}"`,
    })
  }
  const vault: VaultRecord = { ...existing, tags, ...toChangedSettings(existing, request) }
  await tx.vaults.update(vault)
  await recordVaultPut(tx, context, caller, vault)
  return { vault, created: false }
}

/** `VaultPut` is what Azure's log calls it. */
async function recordVaultPut(
  tx: Transaction,
  context: DomainContext,
  caller: Caller,
  vault: VaultRecord,
): Promise<void> {
  await recordEvent(tx, context, {
    tenantId: vault.tenantId,
    actor: caller.principalId,
    action: "VaultPut",
    target: vaultResourceId(vault),
    correlationId: caller.correlationId,
  })
}

function taken(name: string, cause?: unknown): DomainError {
  return new DomainError("alreadyExists", "vault", {
    detail: `The vault name '${name}' is already in use. Vault names are globally unique so it is possible that the name is already taken. If you are sure that the vault name was not taken then it is possible that a vault with the same name was recently deleted but not purged after being placed in a recoverable state.`,
    cause,
  })
}
