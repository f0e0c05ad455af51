import type { Caller } from "../access/index.ts"
import type { DomainContext } from "../context.ts"
import { readVersion, requireObjectAccess } from "../vault-objects/index.ts"
import { type CertificateAddress, type CertificateVersion, toAddress, toItem } from "./certificate.ts"
import { type CertificatePolicy, policyOf } from "./policy.ts"

/**
 * A certificate without its private key; disabled ones too.
 *
 * @throws DomainError `invalidInput`, `forbidden`, `notFound`
 */
export async function getCertificate(
  context: DomainContext,
  caller: Caller,
  request: CertificateAddress,
): Promise<CertificateVersion> {
  const address = toAddress(request)
  await requireObjectAccess(context, caller, "read", address)
  const opened = await readVersion(context, caller, address, { operation: "Get" })
  return { ...toItem(opened), der: opened.value, policy: policyOf(opened.object.details) }
}

/** @throws DomainError `invalidInput`, `forbidden`, `notFound` */
export async function getCertificatePolicy(
  context: DomainContext,
  caller: Caller,
  { vault, name }: CertificateAddress,
): Promise<CertificatePolicy> {
  const address = toAddress({ vault, name })
  await requireObjectAccess(context, caller, "read", address)
  const { object } = await readVersion(context, caller, address, { operation: "PolicyGet" })
  return policyOf(object.details)
}
