import type { Caller } from "../access/index.ts"
import type { DomainContext } from "../context.ts"
import { invalidInput } from "../errors.ts"
import { keyOperationsOf, toKeyDraft } from "../keys/index.ts"
import {
  assertAttributes,
  type AttributesInput,
  createVersion,
  findObjectDetails,
  requireObjectAccess,
  type VersionDraft,
  type VersionDrafts,
} from "../vault-objects/index.ts"
import {
  type CertificateAddress,
  type CertificateVersion,
  toAddress,
  toCertificateVersion,
} from "./certificate.ts"
import { type KeyMaterial, readKeyMaterial } from "./key-material.ts"
import {
  type CertificatePolicy,
  type CertificatePolicyInput,
  derivePolicy,
  mergePolicy,
  policyOf,
  toDetails,
} from "./policy.ts"
import { toSecretValue } from "./secret-value.ts"

export interface CertificateImport extends Omit<CertificateAddress, "version"> {
  /** Base64 of a PFX, PEM text, or base64 of PEM text. */
  value: string
  password?: string | undefined
  enabled?: boolean | undefined
  tags?: AttributesInput["tags"]
  /** Absent members come from the policy that stands, or from the certificate. */
  policy?: CertificatePolicyInput | undefined
  /** Keeps the chain as it came; otherwise each certificate is followed by its issuer. */
  preserveCertificateOrder?: boolean | undefined
}

/**
 * Imports a certificate with its private key: its first version, or one more. The key and the secret of the
 * same name get the same version.
 *
 * @throws DomainError `forbidden`
 * @throws DomainError `invalidInput` - wrong password (reason `wrongPassword`), unreadable, without key,
 * certificate of another key, policy that does not fit
 * @throws DomainError `softDeleted`, `conflict` (`nameTaken`)
 */
export async function importCertificate(
  context: DomainContext,
  caller: Caller,
  request: CertificateImport,
): Promise<CertificateVersion> {
  const address = toAddress({ vault: request.vault, name: request.name })
  await requireObjectAccess(context, caller, "import/action", address)
  assertAttributes("certificate", { tags: request.tags })
  const material = await readKeyMaterial(request.value, request.password)
  const policy = await policyFor(context, request, material)
  const stored = await createVersion(context, caller, {
    ...address,
    drafts: await toDrafts(request, material, policy),
    objectDetails: () => toDetails(policy),
    operation: "Import",
  })
  return toCertificateVersion(context, address, stored)
}

async function policyFor(
  context: DomainContext,
  request: CertificateImport,
  { certificates: [leaf], contentType }: KeyMaterial,
): Promise<CertificatePolicy> {
  if (leaf === undefined) throw new TypeError("A key bundle has a certificate")
  const now = context.clock.now()
  const derived = derivePolicy(leaf, { secretContentType: contentType, now })
  const standing = await findObjectDetails(context, toAddress(request))
  const base = standing === undefined ? derived : policyOf(standing)
  const { keyType, keyBits, curve } = derived
  const policy = mergePolicy({ ...base, keyType, keyBits, curve }, request.policy ?? {}, now)
  if (policy.keyType !== keyType || policy.keyBits !== keyBits || policy.curve !== curve) {
    throw invalidInput(
      "certificate",
      "policy",
      `The policy asks for another key than the imported ${keyType} ${keyBits ?? curve}. Leave kty, key_size and crv out, or let them say the same`,
    )
  }
  return policy
}

async function toDrafts(
  request: CertificateImport,
  material: KeyMaterial,
  policy: CertificatePolicy,
): Promise<VersionDrafts> {
  const { privateKeyPkcs8 } = material
  const certificates = request.preserveCertificateOrder
    ? material.certificatesInFileOrder
    : material.certificates
  const [leaf] = material.certificates
  if (leaf === undefined) throw new TypeError("A key bundle has a certificate")
  const attributes = {
    enabled: request.enabled ?? true,
    notBefore: leaf.notBefore,
    expiresAt: leaf.notAfter,
    tags: request.tags ?? {},
  }
  const exported = policy.exportable ? privateKeyPkcs8 : undefined
  const value = await toSecretValue(policy.secretContentType, {
    privateKeyPkcs8: exported,
    leaf,
    certificates,
  })
  const { keyType, keyBits, curve, exportable } = policy
  const keyOperations = keyOperationsOf(keyType, leaf.keyUsage)
  return {
    certificate: toCertificateDraft(attributes, leaf),
    key: toKeyDraft(attributes, { keyType, keyBits, curve, exportable, keyOperations }, privateKeyPkcs8),
    secret: { ...attributes, contentType: policy.secretContentType, details: {}, value: Buffer.from(value) },
  }
}

function toCertificateDraft(
  attributes: Omit<VersionDraft, "contentType" | "details" | "value">,
  { der, thumbprintSha1 }: KeyMaterial["certificates"][number],
): VersionDraft {
  const thumbprintSha1Base64url = Buffer.from(thumbprintSha1).toString("base64url")
  return { ...attributes, contentType: null, details: { thumbprintSha1Base64url }, value: der }
}
