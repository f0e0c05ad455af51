import type { Certificate, CurveName, KeyUsage, SubjectAltNames } from "../../crypto/x509.ts"
import { DistinguishedNameError, encodeName } from "../../crypto/x509-names.ts"
import type { Json } from "../../storage/records.ts"
import { invalidInput } from "../errors.ts"
import { assertSecretContentType, type SecretContentType } from "./secret-value.ts"

export type { SubjectAltNames } from "../../crypto/x509.ts"

/** What to do with a certificate before it ends. */
export interface LifetimeAction {
  action: "AutoRenew" | "EmailContacts"
  /** 1 to 99. Either this or `daysBeforeExpiry`. */
  lifetimePercentage?: number | undefined
  daysBeforeExpiry?: number | undefined
}

/** How versions of a certificate are made and what becomes of them. */
export interface CertificatePolicy {
  keyType: "RSA" | "EC"
  /** RSA only. */
  keyBits: number | null
  /** EC only. */
  curve: CurveName | null
  /** Whether the secret behind the certificate holds the private key. */
  exportable: boolean
  reuseKey: boolean
  secretContentType: SecretContentType
  subject: string
  subjectAltNames: Partial<SubjectAltNames> | null
  extendedKeyUsageOids: readonly string[]
  keyUsage: readonly KeyUsage[]
  validityMonths: number
  isCertificateAuthority: boolean
  lifetimeActions: readonly LifetimeAction[]
  issuerName: string
  createdAt: number
  updatedAt: number
}

/** What a caller may say about a policy; absent members stay. Untrusted: `mergePolicy` checks it. */
export interface CertificatePolicyInput {
  keyType?: string | undefined
  keyBits?: number | undefined
  curve?: string | undefined
  exportable?: boolean | undefined
  reuseKey?: boolean | undefined
  secretContentType?: string | undefined
  subject?: string | undefined
  subjectAltNames?: Partial<SubjectAltNames> | undefined
  extendedKeyUsageOids?: readonly string[] | undefined
  keyUsage?: readonly string[] | undefined
  validityMonths?: number | undefined
  lifetimeActions?: readonly LifetimeAction[] | undefined
  issuerName?: string | undefined
}

const keyUsages: readonly KeyUsage[] = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
]

const validityMonthsMax = 1200
const keyBitsAllowed = [2048, 3072, 4096]
const curvesAllowed: readonly CurveName[] = ["P-256", "P-384", "P-521", "P-256K"]

/**
 * The policy of an imported certificate, as far as the certificate tells it.
 *
 * @see contracts/keyvault.md 3.3 (derived policy)
 */
export function derivePolicy(
  certificate: Certificate,
  { secretContentType, now }: { secretContentType: SecretContentType; now: number },
): CertificatePolicy {
  const names = certificate.subjectAltNames
  return {
    keyType: certificate.keyType,
    keyBits: certificate.keyBits ?? null,
    curve: certificate.curve ?? null,
    exportable: true,
    reuseKey: false,
    secretContentType,
    subject: certificate.subject,
    subjectAltNames: Object.values(names).some((list) => list.length > 0) ? names : null,
    extendedKeyUsageOids: certificate.extendedKeyUsageOids,
    keyUsage: certificate.keyUsage,
    validityMonths: monthsRoundedUp(certificate.notBefore, certificate.notAfter),
    isCertificateAuthority: certificate.isCertificateAuthority,
    lifetimeActions: [{ action: "EmailContacts", lifetimePercentage: 80 }],
    issuerName: "Unknown",
    createdAt: now,
    updatedAt: now,
  }
}

/** @throws DomainError `invalidInput` naming the member and what it may be */
export function mergePolicy(
  current: CertificatePolicy,
  input: CertificatePolicyInput,
  now: number,
): CertificatePolicy {
  const { secretContentType, keyUsage, lifetimeActions, ...plain } = input
  const given = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined))
  const merged: CertificatePolicy = { ...current, ...given, updatedAt: now }
  if (secretContentType !== undefined) merged.secretContentType = assertSecretContentType(secretContentType)
  if (keyUsage !== undefined) merged.keyUsage = keyUsage.map(assertKeyUsage)
  if (lifetimeActions !== undefined) merged.lifetimeActions = lifetimeActions
  assertKey(merged)
  // Only what is given: a certificate made elsewhere may have a subject or a validity that nobody could ask for.
  if (input.subject !== undefined) assertSubject(input.subject)
  if (input.validityMonths !== undefined)
    assertWithin("validity_months", input.validityMonths, validityMonthsMax)
  for (const action of lifetimeActions ?? []) assertLifetimeAction(action, merged.validityMonths)
  return merged
}

/** The policy as kept in an object's details. */
export function toDetails(policy: CertificatePolicy): { [member: string]: Json } {
  return { policy: policy as unknown as Json }
}

export function policyOf(details: { [member: string]: Json }): CertificatePolicy {
  const { policy } = details
  if (policy === undefined) throw new TypeError("The certificate has no policy")
  return policy as unknown as CertificatePolicy
}

/** Whole months that a validity takes, begun ones counted: twelve months and ten minutes are 13. */
function monthsRoundedUp(notBefore: number, notAfter: number): number {
  const start = new Date(notBefore * 1000)
  const end = new Date(notAfter * 1000)
  const months =
    (end.getUTCFullYear() - start.getUTCFullYear()) * 12 + end.getUTCMonth() - start.getUTCMonth()
  const reached = addMonths(start, months)
  return Math.max(1, reached < notAfter * 1000 ? months + 1 : months)
}

/** The 31st becomes the last day of a shorter month. */
function addMonths(start: Date, months: number): number {
  const moved = new Date(start)
  moved.setUTCDate(1)
  moved.setUTCMonth(moved.getUTCMonth() + months)
  const lastDay = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate()
  moved.setUTCDate(Math.min(start.getUTCDate(), lastDay))
  return moved.getTime()
}

/** A type that changed takes the default size or curve with it. */
function assertKey(policy: CertificatePolicy): void {
  if (policy.keyType === "RSA") {
    policy.curve = null
    policy.keyBits ??= 2048
    if (keyBitsAllowed.includes(policy.keyBits)) return
    throw invalidInput(
      "certificate",
      "key_size",
      `key_size of an RSA key is one of ${keyBitsAllowed.join(", ")}`,
    )
  }
  if (policy.keyType !== "EC")
    throw invalidInput("certificate", "kty", 'kty of a certificate is "RSA" or "EC"')
  policy.keyBits = null
  policy.curve ??= "P-256"
  if (curvesAllowed.includes(policy.curve)) return
  throw invalidInput("certificate", "crv", `crv of an EC key is one of ${curvesAllowed.join(", ")}`)
}

function assertKeyUsage(text: string): KeyUsage {
  const usage = keyUsages.find((known) => known === text)
  if (usage !== undefined) return usage
  throw invalidInput("certificate", "key_usage", `key_usage holds other than ${keyUsages.join(", ")}`)
}

function assertSubject(subject: string): void {
  try {
    encodeName(subject)
  } catch (error) {
    if (!(error instanceof DistinguishedNameError)) throw error
    throw invalidInput(
      "certificate",
      "subject",
      `The subject of the policy is no X.500 name: ${error.message}`,
    )
  }
}

function assertLifetimeAction(lifetimeAction: LifetimeAction, validityMonths: number): void {
  const { lifetimePercentage, daysBeforeExpiry } = lifetimeAction
  if ((lifetimePercentage === undefined) === (daysBeforeExpiry === undefined)) {
    throw invalidInput(
      "certificate",
      "lifetime_actions",
      "A trigger has exactly one of lifetime_percentage and days_before_expiry",
    )
  }
  if (lifetimePercentage !== undefined) assertWithin("lifetime_percentage", lifetimePercentage, 99)
  if (daysBeforeExpiry !== undefined)
    assertWithin("days_before_expiry", daysBeforeExpiry, 27 * validityMonths)
}

function assertWithin(target: string, value: number, max: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= max) return
  throw invalidInput("certificate", target, `${target} must be a whole number from 1 to ${max}`)
}
