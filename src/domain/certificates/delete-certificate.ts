/** Deleting a certificate, and what becomes of a deleted one: get, recover, purge. Listing them is list-certificates.ts. */
import type { Caller } from "../access/index.ts"
import type { DomainContext } from "../context.ts"
import {
  deleteObject,
  purgeDeletedObject,
  readDeletedObject,
  recoverDeletedObject,
  requireObjectAccess,
  type StoredVersion,
  toDeletion,
} from "../vault-objects/index.ts"
import {
  type CertificateAddress,
  type CertificateVersion,
  type DeletedCertificate,
  toAddress,
  toCertificateVersion,
} from "./certificate.ts"

type WholeCertificate = Omit<CertificateAddress, "version">

/**
 * Deletes a certificate with its key, its secret and all versions; recoverable until the retention ends.
 *
 * @throws DomainError `invalidInput`, `forbidden`, `notFound`
 */
export async function deleteCertificate(
  context: DomainContext,
  caller: Caller,
  request: WholeCertificate,
): Promise<DeletedCertificate> {
  const address = toAddress(request)
  await requireObjectAccess(context, caller, "delete", address)
  return toDeleted(context, request, await deleteObject(context, caller, address))
}

/** @throws DomainError `invalidInput`, `forbidden`, `notFound` (`deleted`) */
export async function getDeletedCertificate(
  context: DomainContext,
  caller: Caller,
  request: WholeCertificate,
): Promise<DeletedCertificate> {
  const address = toAddress(request)
  await requireObjectAccess(context, caller, "read", address)
  return toDeleted(context, request, await readDeletedObject(context, caller, address))
}

/** @throws DomainError `invalidInput`, `forbidden`, `notFound` (`deleted`) */
export async function recoverDeletedCertificate(
  context: DomainContext,
  caller: Caller,
  request: WholeCertificate,
): Promise<CertificateVersion> {
  const address = toAddress(request)
  await requireObjectAccess(context, caller, "recover/action", address)
  return toCertificateVersion(context, request, await recoverDeletedObject(context, caller, address))
}

/** @throws DomainError `invalidInput`, `forbidden`, `notFound` (`deleted`), `conflict` (`purgeProtected`) */
export async function purgeDeletedCertificate(
  context: DomainContext,
  caller: Caller,
  request: WholeCertificate,
): Promise<void> {
  const address = toAddress(request)
  await requireObjectAccess(context, caller, "purge/action", address)
  await purgeDeletedObject(context, caller, address)
}

async function toDeleted(
  context: DomainContext,
  request: WholeCertificate,
  stored: StoredVersion,
): Promise<DeletedCertificate> {
  return { ...(await toCertificateVersion(context, request, stored)), ...toDeletion(stored) }
}
