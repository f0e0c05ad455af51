import type { Json } from "../../storage/records.ts"
import type { Transaction } from "../../storage/store.ts"
import type { Caller } from "../access/index.ts"
import { type AuditEvent, recordEvent, recordRead } from "../audit/index.ts"
import type { DomainContext } from "../context.ts"
import { vaultResourceId } from "../vaults/index.ts"
import { type CollectionAddress, objectScope, type VersionAddress } from "./address.ts"
import { objectKinds } from "./object-kinds.ts"

/** Second half of an operation's name in Azure's logs: `SecretSet`, `CertificateImport`. */
export type LoggedOperation =
  | "Set"
  | "Import"
  | "Get"
  | "Update"
  | "Delete"
  | "Recover"
  | "Purge"
  | "Backup"
  | "Restore"
  | "List"
  | "ListVersions"
  | "GetDeleted"
  | "ListDeleted"
  | "PolicyGet"

type Actor = Pick<Caller, "tenantId" | "principalId" | "correlationId">

/** Records what was done to an object, or to all of a kind when there is no name. */
export function recordOperation(
  tx: Transaction,
  context: DomainContext,
  caller: Actor,
  operation: LoggedOperation,
  address: CollectionAddress | VersionAddress,
): Promise<void> {
  return recordEvent(tx, context, toEvent(caller, operation, address))
}

/** Records that an object was read. Resolves when that is on disk. */
export function recordReading(
  context: DomainContext,
  caller: Actor,
  operation: LoggedOperation,
  address: VersionAddress,
): Promise<void> {
  return recordRead(context, toEvent(caller, operation, address))
}

function toEvent(
  caller: Actor,
  operation: LoggedOperation,
  address: CollectionAddress | VersionAddress,
): AuditEvent {
  const details: { [member: string]: Json } = {}
  if ("version" in address && address.version !== undefined) details["version"] = address.version
  return {
    tenantId: caller.tenantId,
    actor: caller.principalId,
    action: `${objectKinds[address.kind].logName}${operation}`,
    target: "name" in address ? objectScope(address) : vaultResourceId(address.vault),
    correlationId: caller.correlationId,
    details,
  }
}
