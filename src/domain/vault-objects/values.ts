import { seal, type SealingKey, unseal } from "../../crypto/seal.ts"
import type { VaultObjectVersionRecord, VaultRecord } from "../../storage/records.ts"
import type { DomainContext } from "../context.ts"

/** Where a value belongs. Its envelope opens nowhere else. */
export type ValuePlace = Pick<VaultObjectVersionRecord, "kind" | "nameKey" | "version">

export function vaultKeyOf({ keyring }: DomainContext, vault: VaultRecord): Promise<SealingKey> {
  return keyring.sealingKey(vault.dataKeyId)
}

export function sealValue(
  vaultKey: SealingKey,
  vault: VaultRecord,
  place: ValuePlace,
  value: Uint8Array,
): Uint8Array {
  return seal(vaultKey, value, toPlace(vault, place))
}

/** @throws SealError when a byte of it was changed, or it was moved here from elsewhere */
export function openValue(
  vaultKey: SealingKey,
  vault: VaultRecord,
  record: ValuePlace & { sealedValue: Uint8Array | null },
): Uint8Array {
  if (record.sealedValue === null) throw new TypeError("The version has no value")
  return unseal(vaultKey, record.sealedValue, toPlace(vault, record))
}

function toPlace(vault: VaultRecord, { kind, nameKey, version }: ValuePlace): string[] {
  return [vault.tenantId, vault.id, kind, nameKey, version]
}
