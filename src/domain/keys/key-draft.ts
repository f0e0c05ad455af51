import type { KeyUsage } from "../../crypto/x509.ts"
import type { VersionDraft } from "../vault-objects/index.ts"

export type KeyOperation = "encrypt" | "decrypt" | "sign" | "verify" | "wrapKey" | "unwrapKey"

export interface KeyDescription {
  keyType: "RSA" | "EC"
  /** RSA only. */
  keyBits: number | null
  /** EC only. */
  curve: string | null
  exportable: boolean
  keyOperations: readonly KeyOperation[]
}

/** The version of a key: what describes it in clear, its private key as PKCS#8 DER to be sealed. */
export function toKeyDraft(
  attributes: Omit<VersionDraft, "contentType" | "details" | "value">,
  { keyType, keyBits, curve, exportable, keyOperations }: KeyDescription,
  privateKeyPkcs8: Uint8Array,
): VersionDraft {
  const details = { keyType, keyBits, curve, exportable, keyOperations: [...keyOperations] }
  return { ...attributes, contentType: null, details, value: privateKeyPkcs8 }
}

const operationsOfUsage: Readonly<Record<KeyUsage, readonly KeyOperation[]>> = {
  digitalSignature: ["sign", "verify"],
  nonRepudiation: ["sign", "verify"],
  keyEncipherment: ["wrapKey", "unwrapKey"],
  dataEncipherment: ["encrypt", "decrypt"],
  keyAgreement: [],
  keyCertSign: ["sign", "verify"],
  cRLSign: ["sign", "verify"],
  encipherOnly: ["encrypt"],
  decipherOnly: ["decrypt"],
}

const operationsOfType: Readonly<Record<"RSA" | "EC", readonly KeyOperation[]>> = {
  RSA: ["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"],
  EC: ["sign", "verify"],
}

/**
 * What the key of a certificate may do: what its key usages say, as far as its type can; everything its
 * type can where the certificate says nothing.
 */
export function keyOperationsOf(keyType: "RSA" | "EC", usages: readonly KeyUsage[]): KeyOperation[] {
  const said = new Set(usages.flatMap((usage) => operationsOfUsage[usage]))
  return operationsOfType[keyType].filter((operation) => usages.length === 0 || said.has(operation))
}
