import type { VaultRecord } from "../../storage/records.ts"
import type { Caller } from "../access/index.ts"
import { recordEvent } from "../audit/index.ts"
import type { DomainContext } from "../context.ts"
import { parseTags } from "../resource-groups/index.ts"
import { vaultResourceId } from "./find-vault.ts"
import { requireVault, type VaultName, vaultNotFound } from "./get-vault.ts"
import { toChangedSettings, type WantedVaultSettings } from "./vault-rules.ts"

export interface VaultChanges extends WantedVaultSettings {
  /** Replaces all tags; undefined leaves them. */
  tags?: { [name: string]: unknown } | undefined
}

/**
 * Changes what is given and leaves the rest.
 *
 * @throws DomainError `notFound`, `forbidden`
 * @throws DomainError `invalidInput` - what can only be chosen once, or tags against the rules
 */
export async function updateVault(
  context: DomainContext,
  caller: Caller,
  name: VaultName,
  changes: VaultChanges,
): Promise<VaultRecord> {
  const { id } = await requireVault(context, caller, "Microsoft.KeyVault/vaults/write", name)
  const tags = changes.tags === undefined ? {} : { tags: parseTags("vault", changes.tags) }
  return context.store.transaction(async (tx) => {
    const existing = await tx.vaults.find({ id })
    if (existing === undefined) throw vaultNotFound(name.name, name.resourceGroup)
    const vault: VaultRecord = { ...existing, ...tags, ...toChangedSettings(existing, changes) }
    await tx.vaults.update(vault)
    await recordEvent(tx, context, {
      tenantId: vault.tenantId,
      actor: caller.principalId,
      action: "VaultPatch",
      target: vaultResourceId(vault),
      correlationId: caller.correlationId,
    })
    return vault
  })
}
