/**
 * Plain records: what is kept, one interface a collection, nothing computed. Absent values are
 * `null`. Instants are epoch seconds. `…Key` fields are the folded form of a name that look-ups and
 * ordering use; the name itself keeps the spelling it was created with. Fields that begin with
 * `sealed` or `wrapped` hold envelopes of `crypto/seal`, `…Digest` fields keyed digests; no field
 * holds a secret in clear.
 */

export type Json = null | boolean | number | string | Json[] | { [member: string]: Json }
export type Tags = { [name: string]: string }

/** One-value facts about this installation: schema of `value` is the business of who wrote it. */
export interface SettingRecord {
  name: string
  value: Json
}

/** A 32-byte key wrapped by the root key (`wrappedBy` names which). */
export interface DataKeyRecord {
  id: string
  /** What the key is for: `pepper`, `audit`, `signing-keys`, `vault`, … */
  purpose: string
  wrappedBy: string
  wrappedKey: Uint8Array
  createdAt: number
}

/** A key that signs tokens. Asymmetric ones carry the certificate that names them. */
export interface SigningKeyRecord {
  /** The `kid`: base64url SHA-1 of the certificate for asymmetric keys. */
  id: string
  use: "access-token" | "app-token"
  dataKeyId: string
  sealedKey: Uint8Array
  certificate: Uint8Array | null
  createdAt: number
  /** Signs from this instant; published in the key set before it. */
  activeAt: number
  /** No longer published or accepted from this instant. */
  retiredAt: number | null
}

export interface TenantRecord {
  id: string
  /** The initial verified domain, lower case. */
  domain: string
  displayName: string
  createdAt: number
}

export interface UserRecord {
  id: string
  tenantId: string
  userPrincipalName: string
  /** Lower-case user principal name. */
  userPrincipalNameKey: string
  displayName: string
  /** Argon2id, PHC string. */
  passwordHash: string
  enabled: boolean
  createdAt: number
}

export interface ApplicationRecord {
  /** The object id. */
  id: string
  tenantId: string
  /** The client id, lower case. */
  appId: string
  displayName: string
  identifierUris: string[]
  /** Version of the access tokens this application accepts as a resource. */
  accessTokenVersion: 1 | 2
  createdAt: number
}

export interface ServicePrincipalRecord {
  id: string
  tenantId: string
  appId: string
  displayName: string
  kind: "application" | "managedIdentity"
  enabled: boolean
  createdAt: number
}

export interface ClientSecretRecord {
  id: string
  tenantId: string
  appId: string
  displayName: string
  /** First three characters, so that a person can tell secrets apart. */
  hint: string
  secretDigest: Uint8Array
  startsAt: number
  expiresAt: number
}

export interface ClientCertificateRecord {
  id: string
  tenantId: string
  appId: string
  displayName: string
  certificate: Uint8Array
  /** Lower-case hexadecimal SHA-1 and SHA-256 of the DER. */
  thumbprintSha1: string
  thumbprintSha256: string
  startsAt: number
  expiresAt: number
}

/** A client assertion that was accepted, kept until it can no longer be valid. */
export interface ClientAssertionRecord {
  tenantId: string
  appId: string
  /** The `jti`, or the digest itself where the assertion carries none. */
  assertionId: string
  assertionDigest: Uint8Array
  expiresAt: number
}

export interface ManagedIdentityRecord {
  id: string
  tenantId: string
  subscriptionId: string
  resourceGroup: string
  name: string
  nameKey: string
  location: string
  tags: Tags
  clientId: string
  servicePrincipalId: string
  createdAt: number
}

export interface SubscriptionRecord {
  id: string
  tenantId: string
  displayName: string
  createdAt: number
}

export interface ResourceGroupRecord {
  subscriptionId: string
  nameKey: string
  name: string
  location: string
  tags: Tags
  createdAt: number
}

export interface RoleAssignmentRecord {
  /** The GUID that names it. */
  id: string
  tenantId: string
  /** The assignment scope as given, without trailing slash. */
  scope: string
  scopeKey: string
  roleDefinitionId: string
  principalId: string
  principalType: string
  description: string | null
  createdAt: number
  createdBy: string
}

export interface VaultRecord {
  id: string
  tenantId: string
  subscriptionId: string
  resourceGroup: string
  name: string
  nameKey: string
  location: string
  tags: Tags
  sku: "standard" | "premium"
  softDeleteRetentionDays: number
  purgeProtection: boolean
  /** The data key that seals every value of this vault. */
  dataKeyId: string
  createdAt: number
}

export type VaultObjectKind = "secret" | "key" | "certificate"

/** The name of a secret, key or certificate, and its place in the soft-delete life cycle. */
export interface VaultObjectRecord {
  vaultId: string
  kind: VaultObjectKind
  /** Upper-case name: the order of listings. */
  nameKey: string
  name: string
  state: "active" | "deleted"
  currentVersion: string
  /** Set on the key and the secret that belong to a certificate. */
  managed: boolean
  /** What belongs to the object rather than to a version, such as a certificate's policy. */
  details: { [member: string]: Json }
  deletedAt: number | null
  purgeAt: number | null
}

export interface VaultObjectVersionRecord {
  vaultId: string
  kind: VaultObjectKind
  nameKey: string
  version: string
  /** 1, 2, 3 … in order of creation within the object. */
  sequence: number
  enabled: boolean
  notBefore: number | null
  expiresAt: number | null
  createdAt: number
  updatedAt: number
  contentType: string | null
  tags: Tags
  /** What the kind needs in clear, such as a certificate's thumbprint. */
  details: { [member: string]: Json }
  sealedValue: Uint8Array | null
}

/** The named holder an app token speaks for. */
export interface AppTokenIdentityRecord {
  /** 1, 2, 3 … */
  id: number
  name: string
  nameKey: string
  tokenRoles: string[]
  /** The directory user whose password signs this identity in. */
  userId: string | null
  /** Argon2id, for identities that are no directory user. */
  passwordHash: string | null
  createdAt: number
}

export interface AppTokenRecord {
  id: number
  identityId: number
  /** The random identifier inside the token: how a presented token finds its record. */
  handle: string
  tokenDigest: Uint8Array
  format: string
  tokenRoles: string[]
  signingKeyId: string | null
  createdAt: number
  expiresAt: number
  revokedAt: number | null
  imported: boolean
}

/** A browser or script session of the app-token surface, by the digest of its cookie. */
export interface AppTokenSessionRecord {
  sessionDigest: string
  identityId: number
  createdAt: number
  expiresAt: number
}

export interface AuditEventRecord {
  /** 1, 2, 3 … without gaps: a missing number is a removed event. */
  sequence: number
  at: number
  tenantId: string | null
  /** Who: object id, application id, identity name or `system`. */
  actor: string
  action: string
  target: string
  outcome: "success" | "denied" | "failure"
  correlationId: string | null
  details: { [member: string]: Json }
  /** Keyed MAC over the event and the MAC before it. */
  mac: Uint8Array
}
