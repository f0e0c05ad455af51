import type { Caller } from "../access/index.ts"
import type { DomainContext } from "../context.ts"
import {
  assertAttributes,
  type AttributesInput,
  requireObjectAccess,
  updateVersion,
} from "../vault-objects/index.ts"
import {
  type CertificateAddress,
  type CertificateVersion,
  toAddress,
  toCertificateVersion,
} from "./certificate.ts"
import { type CertificatePolicyInput, mergePolicy, policyOf, toDetails } from "./policy.ts"

export interface CertificateChanges {
  enabled?: boolean | undefined
  tags?: AttributesInput["tags"]
  policy?: CertificatePolicyInput | undefined
}

/**
 * Changes a version and, alike, its key and its secret; a policy changes for the versions to come. The dates
 * are those of the X.509 certificate and do not change.
 *
 * @throws DomainError `invalidInput`, `forbidden`, `notFound`
 */
export async function updateCertificate(
  context: DomainContext,
  caller: Caller,
  request: CertificateAddress & CertificateChanges,
): Promise<CertificateVersion> {
  const { vault, name, version, enabled, tags, policy } = request
  const address = toAddress({ vault, name, version })
  await requireObjectAccess(context, caller, "update/action", address)
  assertAttributes("certificate", { tags })
  const now = context.clock.now()
  const stored = await updateVersion(context, caller, address, {
    enabled,
    tags,
    objectDetails: policy && ((details) => toDetails(mergePolicy(policyOf(details), policy, now))),
  })
  return toCertificateVersion(context, address, stored)
}
