/**
 * Words of the Key Vault data plane: api-versions, codes, fixed texts and shapes. Data only.
 *
 * @see contracts/keyvault.md 1.1, 2.2-2.8
 * @see Key Vault REST API, https://learn.microsoft.com/rest/api/keyvault/
 */

/** Every api-version there has been, oldest first: what a version brought holds for all after it. */
export const apiVersions = [
  "2015-06-01",
  "2016-10-01",
  "7.0",
  "7.1",
  "7.2",
  "7.3",
  "7.4",
  "7.5-preview.1",
  "7.5",
  "7.6-preview.2",
  "7.6",
  "2025-06-01-preview",
  "2025-07-01",
  "2026-01-01-preview",
  "2026-03-01-preview",
  "2026-04-01",
  "2026-05-01-preview",
  "2026-07-01-preview",
] as const

export type ApiVersion = (typeof apiVersions)[number]

/** `error.code` with the status it comes with. */
export const errorCodes = {
  BadParameter: 400,
  Unauthorized: 401,
  Forbidden: 403,
  SecretNotFound: 404,
  KeyNotFound: 404,
  CertificateNotFound: 404,
  VaultNotFound: 404,
  NotFound: 404,
  MethodNotAllowed: 405,
  Conflict: 409,
  Throttled: 429,
  InternalServerError: 500,
} as const

export type ErrorCode = keyof typeof errorCodes

/** `error.innererror.code`. */
export const innerErrorCodes = ["ForbiddenByRbac", "SecretDisabled", "ObjectIsDeletedButRecoverable"] as const

export type InnerErrorCode = (typeof innerErrorCodes)[number]

export interface ErrorBody {
  error: { code: ErrorCode; message: string; innererror?: { code: InnerErrorCode } }
}

/** What official clients and people's scripts compare. */
export const texts = {
  missingToken: "AKV10000: Request is missing a Bearer or PoP token.",
  invalidAudience: "AKV10022: Invalid audience.",
  invalidIssuer: "AKV10032: Invalid issuer.",
  unknownSigningKey: "AKV10046: Unable to resolve the key used for signature validation.",
  secretDisabled: "Operation get is not allowed on a disabled secret.",
  notAuthorized: "Caller is not authorized to perform action on resource.",
  propagation:
    "If role assignments, deny assignments or role definitions were changed recently, please observe propagation time.",
  recoveryHelp: "If you deleted this {kind} recently, you may be able to recover it.",
} as const

/** Fixed response headers, as recorded. */
export const responseHeaders = {
  "cache-control": "no-cache",
  pragma: "no-cache",
  expires: "-1",
  "x-ms-keyvault-service-version": "1.9.0.0",
  "strict-transport-security": "max-age=31536000;includeSubDomains",
  "x-content-type-options": "nosniff",
} as const

export interface Attributes {
  enabled: boolean
  nbf?: number
  exp?: number
  created: number
  updated: number
  recoveryLevel?: string
  recoverableDays?: number
}

export type Tags = { [name: string]: string }

export interface List<Item> {
  value: Item[]
  nextLink: string | null
}

export interface SecretItem {
  id: string
  contentType?: string
  attributes: Attributes
  tags?: Tags
  managed?: true
}

export interface SecretBundle extends SecretItem {
  value?: string
  kid?: string
  previousVersion?: string
}

/** What deleted objects have besides. */
export interface Deleted {
  recoveryId: string
  deletedDate: number
  scheduledPurgeDate: number
}

export interface CertificateItem {
  id: string
  x5t: string
  attributes: Attributes
  tags?: Tags
  subject: string
}

export interface CertificateBundle {
  id: string
  kid: string
  sid: string
  x5t: string
  cer: string
  attributes: Attributes
  tags?: Tags
  policy: CertificatePolicy
}

export interface CertificatePolicy {
  id: string
  key_props: { exportable: boolean; kty: string; key_size?: number; reuse_key: boolean; crv?: string }
  secret_props: { contentType: string }
  x509_props: {
    subject: string
    sans?: SubjectAlternativeNames
    ekus: readonly string[]
    key_usage: readonly string[]
    validity_months: number
    basic_constraints: { ca: boolean }
  }
  lifetime_actions: {
    trigger: { lifetime_percentage?: number; days_before_expiry?: number }
    action: { action_type: string }
  }[]
  issuer: { name: string }
  attributes: { enabled: boolean; created: number; updated: number }
}

export interface SubjectAlternativeNames {
  emails?: readonly string[]
  dns_names?: readonly string[]
  upns?: readonly string[]
  uris?: readonly string[]
  ipAddresses?: readonly string[]
}
