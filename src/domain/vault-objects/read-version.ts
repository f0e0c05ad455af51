import type { VaultObjectRecord, VaultRecord } from "../../storage/records.ts"
import type { Caller } from "../access/index.ts"
import type { DomainContext } from "../context.ts"
import { type ObjectAddress, toObjectKey, type VersionAddress } from "./address.ts"
import { type LoggedOperation, recordReading } from "./events.ts"
import { getActiveVersion, type StoredVersion } from "./stored-version.ts"
import { openValue, vaultKeyOf } from "./values.ts"

export interface OpenedVersion extends StoredVersion {
  /** In clear. */
  value: Uint8Array
}

/**
 * Reads a version with its value. The event is on disk before the value is answered.
 *
 * @param assertReadable looks at what was found and throws when it may not be read
 * @throws DomainError `notFound`
 * @throws SealError when the stored value was tampered with
 */
export async function readVersion(
  context: DomainContext,
  caller: Caller,
  address: VersionAddress,
  options: { operation: LoggedOperation; assertReadable?: (found: StoredVersion) => void },
): Promise<OpenedVersion> {
  const found = await getActiveVersion(context.store, address)
  options.assertReadable?.(found)
  const value = await openStoredValue(context, address.vault, found)
  const { version } = found.version
  await recordReading(context, caller, options.operation, { ...address, version })
  return { ...found, value }
}

/** Opens the value of a version that was read before. @throws SealError when it was tampered with */
export async function openStoredValue(
  context: DomainContext,
  vault: VaultRecord,
  { version }: StoredVersion,
): Promise<Uint8Array> {
  return openValue(await vaultKeyOf(context, vault), vault, version)
}

/** What is kept on an object, deleted or not. Nothing is proven or recorded by it. */
export async function findObjectDetails(
  { store }: DomainContext,
  address: ObjectAddress,
): Promise<VaultObjectRecord["details"] | undefined> {
  return (await store.vaultObjects.find(toObjectKey(address)))?.details
}
