import type { DomainContext } from "../context.ts"
import {
  type Deletion,
  openStoredValue,
  type StoredVersion,
  toDeletion,
  toVaultObject,
  type VaultObject,
  type VersionAddress,
} from "../vault-objects/index.ts"
import { type CertificatePolicy, policyOf } from "./policy.ts"

/** Names a certificate, and one of its versions where the operation takes one. */
export type CertificateAddress = Omit<VersionAddress, "kind">

/** What lists tell. */
export interface CertificateItem extends VaultObject {
  /** Base64url of the SHA-1 of the DER. */
  thumbprintSha1Base64url: string
}

export interface CertificateVersion extends CertificateItem {
  /** The certificate itself, without its chain. */
  der: Uint8Array
  policy: CertificatePolicy
}

export type DeletedCertificateItem = CertificateItem & Deletion
export type DeletedCertificate = CertificateVersion & Deletion

export function toAddress<A extends Omit<VersionAddress, "kind">>(address: A): A & { kind: "certificate" } {
  return { ...address, kind: "certificate" }
}

export function toItem(stored: StoredVersion): CertificateItem {
  const { thumbprintSha1Base64url } = stored.version.details
  if (typeof thumbprintSha1Base64url !== "string") throw new TypeError("The certificate has no thumbprint")
  return { ...toVaultObject(stored), thumbprintSha1Base64url }
}

export function toDeletedItem(stored: StoredVersion): DeletedCertificateItem {
  return { ...toItem(stored), ...toDeletion(stored) }
}

/** @throws SealError when the stored certificate was tampered with */
export async function toCertificateVersion(
  context: DomainContext,
  { vault }: CertificateAddress,
  stored: StoredVersion,
): Promise<CertificateVersion> {
  const der = await openStoredValue(context, vault, stored)
  return { ...toItem(stored), der, policy: policyOf(stored.object.details) }
}
