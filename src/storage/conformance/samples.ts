/** One record of every collection, each naming only records that stand above it. */
import type { CollectionName, RecordOf, Store } from "../store.ts"
import type { VaultObjectVersionRecord } from "../records.ts"

const createdAt = 1_800_000_000
const tenantId = "11111111-1111-1111-1111-111111111111"
const appId = "22222222-2222-2222-2222-222222222222"
const subscriptionId = "33333333-3333-3333-3333-333333333333"

export const samples: { [N in CollectionName]: RecordOf<N> } = {
  settings: { name: "installation", value: { schema: 1, parts: ["a", null, true] } },
  dataKeys: { id: "key-1", purpose: "pepper", wrappedBy: "root", wrappedKey: bytes(48), createdAt },
  signingKeys: {
    id: "kid-1",
    use: "access-token",
    dataKeyId: "key-1",
    sealedKey: bytes(64),
    certificate: bytes(20),
    createdAt,
    activeAt: createdAt + 1,
    retiredAt: createdAt + 2,
  },
  tenants: { id: tenantId, domain: "contoso.example", displayName: "Contoso", createdAt },
  users: {
    id: "user-1",
    tenantId,
    userPrincipalName: "Ada@contoso.example",
    userPrincipalNameKey: "ada@contoso.example",
    displayName: "Ada",
    passwordHash: "$argon2id$…",
    enabled: true,
    createdAt,
  },
  applications: {
    id: "application-1",
    tenantId,
    appId,
    displayName: "Deployer",
    identifierUris: ["api://deployer"],
    accessTokenVersion: 2,
    createdAt,
  },
  servicePrincipals: {
    id: "principal-1",
    tenantId,
    appId,
    displayName: "Deployer",
    kind: "application",
    enabled: true,
    createdAt,
  },
  clientSecrets: {
    id: "client-secret-1",
    tenantId,
    appId,
    displayName: "ci",
    hint: "abc",
    secretDigest: bytes(32),
    startsAt: createdAt,
    expiresAt: createdAt + 60,
  },
  clientCertificates: {
    id: "client-certificate-1",
    tenantId,
    appId,
    displayName: "ci",
    certificate: bytes(300),
    thumbprintSha1: "0a",
    thumbprintSha256: "0b",
    startsAt: createdAt,
    expiresAt: createdAt + 60,
  },
  clientAssertions: {
    tenantId,
    appId,
    assertionId: "jti-1",
    assertionDigest: bytes(32),
    expiresAt: createdAt + 60,
  },
  subscriptions: { id: subscriptionId, tenantId, displayName: "Main", createdAt },
  resourceGroups: {
    subscriptionId,
    nameKey: "group",
    name: "Group",
    location: "local",
    tags: { team: "b" },
    createdAt,
  },
  managedIdentities: {
    id: "managed-identity-1",
    tenantId,
    subscriptionId,
    resourceGroup: "group",
    name: "Builder",
    nameKey: "builder",
    location: "local",
    tags: {},
    clientId: "client-1",
    servicePrincipalId: "principal-1",
    createdAt,
  },
  roleAssignments: {
    id: "assignment-1",
    tenantId,
    scope: "/subscriptions/S",
    scopeKey: "/subscriptions/s",
    roleDefinitionId: "role-1",
    principalId: "principal-1",
    principalType: "ServicePrincipal",
    description: "why",
    createdAt,
    createdBy: "user-1",
  },
  vaults: {
    id: "vault-1",
    tenantId,
    subscriptionId,
    resourceGroup: "group",
    name: "Vault",
    nameKey: "vault",
    location: "local",
    tags: {},
    sku: "standard",
    softDeleteRetentionDays: 90,
    purgeProtection: false,
    dataKeyId: "key-1",
    createdAt,
  },
  vaultObjects: {
    vaultId: "vault-1",
    kind: "secret",
    nameKey: "DB-PASSWORD",
    name: "db-Password",
    state: "deleted",
    currentVersion: "v1",
    managed: false,
    details: { policy: { days: 30 } },
    deletedAt: createdAt,
    purgeAt: createdAt + 60,
  },
  vaultObjectVersions: {
    vaultId: "vault-1",
    kind: "secret",
    nameKey: "DB-PASSWORD",
    version: "v1",
    sequence: 1,
    enabled: true,
    notBefore: createdAt,
    expiresAt: createdAt + 60,
    createdAt,
    updatedAt: createdAt,
    contentType: "text/plain",
    tags: { owner: "b" },
    details: { kty: "EC" },
    sealedValue: bytes(40),
  },
  appTokenIdentities: {
    id: 1,
    name: "Robot",
    nameKey: "robot",
    tokenRoles: ["Reader"],
    userId: "user-1",
    passwordHash: "$argon2id$…",
    createdAt,
  },
  appTokens: {
    id: 1,
    identityId: 1,
    handle: "handle-1",
    tokenDigest: bytes(32),
    format: "jwt",
    tokenRoles: ["Reader", "Operator"],
    signingKeyId: "kid-1",
    createdAt,
    expiresAt: createdAt + 60,
    revokedAt: createdAt + 30,
    imported: true,
  },
  appTokenSessions: {
    sessionDigest: "digest-1",
    identityId: 1,
    createdAt,
    expiresAt: createdAt + 60,
  },
  auditEvents: {
    sequence: 1,
    at: createdAt,
    tenantId,
    actor: "user-1",
    action: "SecretSet",
    target: "vault/secrets/db-password",
    outcome: "success",
    correlationId: "correlation-1",
    details: { version: "v1" },
    mac: bytes(32),
  },
}

/** Parents first. */
export const collectionNames = Object.keys(samples) as CollectionName[]

/** 0, 1, 2 … 255, 0 …: holds every byte value when long enough. */
export function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index % 256)
}

/** A version of a vault object: the record with a field of every type, and no parent. */
export function version(change: Partial<VaultObjectVersionRecord> = {}): VaultObjectVersionRecord {
  return { ...samples.vaultObjectVersions, ...change }
}

/** All records of all collections, in the order of `collectionNames`. */
export function everything(store: Store): Promise<object[][]> {
  return Promise.all(collectionNames.map((name) => store[name].list({})))
}

/** What the writer of the crash test fills at the same time. */
export const lanes = ["one", "two", "three"]

/** The number that setting `name` holds; 0 when there is none. */
export async function count(store: Pick<Store, "settings">, name: string): Promise<number> {
  return Number((await store.settings.find({ name }))?.value ?? 0)
}
