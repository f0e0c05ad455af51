import type { VaultObjectKind, VaultRecord } from "../../storage/records.ts"
import { invalidInput } from "../errors.ts"
import { vaultResourceId } from "../vaults/index.ts"
import { objectKinds } from "./object-kinds.ts"

export interface CollectionAddress {
  vault: VaultRecord
  kind: VaultObjectKind
}

export interface ObjectAddress extends CollectionAddress {
  /** Letter case does not tell objects apart. */
  name: string
}

export interface VersionAddress extends ObjectAddress {
  /** The current version when not given. */
  version?: string | undefined
}

/** The stored key of an object. */
export interface ObjectKey {
  vaultId: string
  kind: VaultObjectKind
  nameKey: string
}

const objectName = /^[0-9A-Za-z-]{1,127}$/

/** @throws DomainError `invalidInput` - not 1 to 127 letters, digits and hyphens */
export function assertObjectName({ kind, name }: Pick<ObjectAddress, "kind" | "name">): void {
  if (objectName.test(name)) return
  throw invalidInput(
    kind,
    "name",
    `The request URI contains an invalid name: ${shortened(name)}. A name has 1 to 127 characters out of 0-9, a-z, A-Z and -`,
  )
}

export function toObjectKey({ vault, kind, name }: ObjectAddress): ObjectKey {
  return { vaultId: vault.id, kind, nameKey: name.toUpperCase() }
}

/**
 * The ARM id of an object: where role assignments and audit events point.
 *
 * @throws DomainError `invalidInput` - a malformed name, whose scope could be that of something else
 */
export function objectScope(address: ObjectAddress): string {
  assertObjectName(address)
  return `${vaultResourceId(address.vault)}/${objectKinds[address.kind].collection}/${address.name}`
}

function shortened(name: string): string {
  return name.length <= 160 ? name : `${name.slice(0, 160)}… (${name.length} characters)`
}
