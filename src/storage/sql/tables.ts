/**
 * How records lie in SQL tables: one row a collection, one word a field. The migrations create these
 * tables; a test holds the two together.
 */
import type { CollectionName, CollectionTypes, RecordOf } from "../store.ts"

/** `text`, `integer`, `boolean` and `bytes` as they are; `json` as text. `?` marks what may be absent. */
export type ColumnType = "text" | "text?" | "integer" | "integer?" | "boolean" | "bytes" | "bytes?" | "json"

export interface Table<N extends CollectionName> {
  table: string
  key: readonly CollectionTypes[N][1][]
  columns: { [F in keyof RecordOf<N>]: ColumnType }
}

export const tables: { [N in CollectionName]: Table<N> } = {
  settings: {
    table: "settings",
    key: ["name"],
    columns: { name: "text", value: "json" },
  },
  dataKeys: {
    table: "data_keys",
    key: ["id"],
    columns: { id: "text", purpose: "text", wrappedBy: "text", wrappedKey: "bytes", createdAt: "integer" },
  },
  signingKeys: {
    table: "signing_keys",
    key: ["id"],
    columns: {
      id: "text",
      use: "text",
      dataKeyId: "text",
      sealedKey: "bytes",
      certificate: "bytes?",
      createdAt: "integer",
      activeAt: "integer",
      retiredAt: "integer?",
    },
  },
  tenants: {
    table: "tenants",
    key: ["id"],
    columns: { id: "text", domain: "text", displayName: "text", createdAt: "integer" },
  },
  users: {
    table: "users",
    key: ["id"],
    columns: {
      id: "text",
      tenantId: "text",
      userPrincipalName: "text",
      userPrincipalNameKey: "text",
      displayName: "text",
      passwordHash: "text",
      enabled: "boolean",
      createdAt: "integer",
    },
  },
  applications: {
    table: "applications",
    key: ["id"],
    columns: {
      id: "text",
      tenantId: "text",
      appId: "text",
      displayName: "text",
      identifierUris: "json",
      accessTokenVersion: "integer",
      createdAt: "integer",
    },
  },
  servicePrincipals: {
    table: "service_principals",
    key: ["id"],
    columns: {
      id: "text",
      tenantId: "text",
      appId: "text",
      displayName: "text",
      kind: "text",
      enabled: "boolean",
      createdAt: "integer",
    },
  },
  clientSecrets: {
    table: "client_secrets",
    key: ["id"],
    columns: {
      id: "text",
      tenantId: "text",
      appId: "text",
      displayName: "text",
      hint: "text",
      secretDigest: "bytes",
      startsAt: "integer",
      expiresAt: "integer",
    },
  },
  clientCertificates: {
    table: "client_certificates",
    key: ["id"],
    columns: {
      id: "text",
      tenantId: "text",
      appId: "text",
      displayName: "text",
      certificate: "bytes",
      thumbprintSha1: "text",
      thumbprintSha256: "text",
      startsAt: "integer",
      expiresAt: "integer",
    },
  },
  clientAssertions: {
    table: "client_assertions",
    key: ["tenantId", "appId", "assertionId"],
    columns: {
      tenantId: "text",
      appId: "text",
      assertionId: "text",
      assertionDigest: "bytes",
      expiresAt: "integer",
    },
  },
  managedIdentities: {
    table: "managed_identities",
    key: ["id"],
    columns: {
      id: "text",
      tenantId: "text",
      subscriptionId: "text",
      resourceGroup: "text",
      name: "text",
      nameKey: "text",
      location: "text",
      tags: "json",
      clientId: "text",
      servicePrincipalId: "text",
      createdAt: "integer",
    },
  },
  subscriptions: {
    table: "subscriptions",
    key: ["id"],
    columns: { id: "text", tenantId: "text", displayName: "text", createdAt: "integer" },
  },
  resourceGroups: {
    table: "resource_groups",
    key: ["subscriptionId", "nameKey"],
    columns: {
      subscriptionId: "text",
      nameKey: "text",
      name: "text",
      location: "text",
      tags: "json",
      createdAt: "integer",
    },
  },
  roleAssignments: {
    table: "role_assignments",
    key: ["id"],
    columns: {
      id: "text",
      tenantId: "text",
      scope: "text",
      scopeKey: "text",
      roleDefinitionId: "text",
      principalId: "text",
      principalType: "text",
      description: "text?",
      createdAt: "integer",
      createdBy: "text",
    },
  },
  vaults: {
    table: "vaults",
    key: ["id"],
    columns: {
      id: "text",
      tenantId: "text",
      subscriptionId: "text",
      resourceGroup: "text",
      name: "text",
      nameKey: "text",
      location: "text",
      tags: "json",
      sku: "text",
      softDeleteRetentionDays: "integer",
      purgeProtection: "boolean",
      dataKeyId: "text",
      createdAt: "integer",
    },
  },
  vaultObjects: {
    table: "vault_objects",
    key: ["vaultId", "kind", "nameKey"],
    columns: {
      vaultId: "text",
      kind: "text",
      nameKey: "text",
      name: "text",
      state: "text",
      currentVersion: "text",
      managed: "boolean",
      details: "json",
      deletedAt: "integer?",
      purgeAt: "integer?",
    },
  },
  vaultObjectVersions: {
    table: "vault_object_versions",
    key: ["vaultId", "kind", "nameKey", "version"],
    columns: {
      vaultId: "text",
      kind: "text",
      nameKey: "text",
      version: "text",
      sequence: "integer",
      enabled: "boolean",
      notBefore: "integer?",
      expiresAt: "integer?",
      createdAt: "integer",
      updatedAt: "integer",
      contentType: "text?",
      tags: "json",
      details: "json",
      sealedValue: "bytes?",
    },
  },
  appTokenIdentities: {
    table: "app_token_identities",
    key: ["id"],
    columns: {
      id: "integer",
      name: "text",
      nameKey: "text",
      tokenRoles: "json",
      userId: "text?",
      passwordHash: "text?",
      createdAt: "integer",
    },
  },
  appTokens: {
    table: "app_tokens",
    key: ["id"],
    columns: {
      id: "integer",
      identityId: "integer",
      handle: "text",
      tokenDigest: "bytes",
      format: "text",
      tokenRoles: "json",
      signingKeyId: "text?",
      createdAt: "integer",
      expiresAt: "integer",
      revokedAt: "integer?",
      imported: "boolean",
    },
  },
  appTokenSessions: {
    table: "app_token_sessions",
    key: ["sessionDigest"],
    columns: { sessionDigest: "text", identityId: "integer", createdAt: "integer", expiresAt: "integer" },
  },
  auditEvents: {
    table: "audit_events",
    key: ["sequence"],
    columns: {
      sequence: "integer",
      at: "integer",
      tenantId: "text?",
      actor: "text",
      action: "text",
      target: "text",
      outcome: "text",
      correlationId: "text?",
      details: "json",
      mac: "bytes",
    },
  },
}

export const collectionNames = Object.keys(tables) as CollectionName[]

/** `vaultObjectVersions` → `vault_object_versions`. */
export function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
