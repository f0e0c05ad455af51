import {
  type Deletion,
  type ObjectAddress,
  type StoredVersion,
  toDeletion,
  toVaultObject,
  type VaultObject,
  type VersionAddress,
} from "../vault-objects/index.ts"

/** Names a secret, and one of its versions where the operation takes one. */
export type SecretAddress = Omit<VersionAddress, "kind">

/** A version of a secret without its value. */
export type Secret = VaultObject

export interface SecretWithValue extends Secret {
  value: string
}

export type DeletedSecret = Secret & Deletion

export function toAddress<A extends Omit<ObjectAddress, "kind">>(address: A): A & { kind: "secret" } {
  return { ...address, kind: "secret" }
}

export function toDeletedSecret(stored: StoredVersion): DeletedSecret {
  return { ...toVaultObject(stored), ...toDeletion(stored) }
}
