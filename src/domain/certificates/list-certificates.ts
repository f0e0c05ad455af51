import type { Caller } from "../access/index.ts"
import type { DomainContext } from "../context.ts"
import {
  type CollectionAddress,
  listObjects,
  listVersions,
  type Page,
  type PageRequest,
  requireCollectionAccess,
  requireObjectAccess,
} from "../vault-objects/index.ts"
import {
  type CertificateAddress,
  type CertificateItem,
  type DeletedCertificateItem,
  toAddress,
  toDeletedItem,
  toItem,
} from "./certificate.ts"

type ListRequest = Pick<CollectionAddress, "vault"> & PageRequest

/** The certificates of a vault, by name. @throws DomainError `forbidden`, `invalidInput` */
export async function listCertificates(
  context: DomainContext,
  caller: Caller,
  request: ListRequest,
): Promise<Page<CertificateItem>> {
  const address = { ...request, kind: "certificate" } as const
  await requireCollectionAccess(context, caller, "read", address)
  const { items, next } = await listObjects(context, caller, { ...address, state: "active" })
  return { items: items.map(toItem), next }
}

/** Oldest first. @throws DomainError `invalidInput`, `forbidden`, `notFound` */
export async function listCertificateVersions(
  context: DomainContext,
  caller: Caller,
  request: Omit<CertificateAddress, "version"> & PageRequest,
): Promise<Page<CertificateItem>> {
  const address = toAddress(request)
  await requireObjectAccess(context, caller, "read", address)
  const { items, next } = await listVersions(context, caller, address)
  return { items: items.map(toItem), next }
}

/** Those that can still be recovered, by name. @throws DomainError `forbidden`, `invalidInput` */
export async function listDeletedCertificates(
  context: DomainContext,
  caller: Caller,
  request: ListRequest,
): Promise<Page<DeletedCertificateItem>> {
  const address = { ...request, kind: "certificate" } as const
  await requireCollectionAccess(context, caller, "read", address)
  const { items, next } = await listObjects(context, caller, { ...address, state: "deleted" })
  return { items: items.map(toDeletedItem), next }
}
