import type { VaultObjectKind } from "../../storage/records.ts"

export interface ObjectKind {
  /** The word of scopes and data actions: `…/vaults/v/secrets/s`, `vaults/secrets/delete`. */
  readonly collection: "secrets" | "keys" | "certificates"
  /** How Azure's logs begin the names of its operations: `SecretGet`. */
  readonly logName: "Secret" | "Key" | "Certificate"
  /** Kinds that live and die with it, under the same name and the same versions. */
  readonly companions: readonly VaultObjectKind[]
}

export const objectKinds: Readonly<Record<VaultObjectKind, ObjectKind>> = {
  secret: { collection: "secrets", logName: "Secret", companions: [] },
  key: { collection: "keys", logName: "Key", companions: [] },
  certificate: { collection: "certificates", logName: "Certificate", companions: ["key", "secret"] },
}
