import type { Migration } from "./index.ts"

export const foundation: Migration = {
  number: 1,
  name: "foundation",
  statements: ({ text, integer, bytes }) => [
    `CREATE TABLE settings (name ${text} NOT NULL PRIMARY KEY, value ${text} NOT NULL)`,

    `CREATE TABLE data_keys (
      id ${text} NOT NULL PRIMARY KEY,
      purpose ${text} NOT NULL,
      wrapped_by ${text} NOT NULL,
      wrapped_key ${bytes} NOT NULL,
      created_at ${integer} NOT NULL
    )`,
    // The purposes that exist once in an installation.
    `CREATE UNIQUE INDEX data_keys_by_purpose ON data_keys (purpose) WHERE purpose <> 'vault'`,

    `CREATE TABLE signing_keys (
      id ${text} NOT NULL PRIMARY KEY,
      "use" ${text} NOT NULL,
      data_key_id ${text} NOT NULL REFERENCES data_keys (id),
      sealed_key ${bytes} NOT NULL,
      certificate ${bytes},
      created_at ${integer} NOT NULL,
      active_at ${integer} NOT NULL,
      retired_at ${integer}
    )`,

    `CREATE TABLE tenants (
      id ${text} NOT NULL PRIMARY KEY,
      domain ${text} NOT NULL UNIQUE,
      display_name ${text} NOT NULL,
      created_at ${integer} NOT NULL
    )`,

    `CREATE TABLE users (
      id ${text} NOT NULL PRIMARY KEY,
      tenant_id ${text} NOT NULL REFERENCES tenants (id),
      user_principal_name ${text} NOT NULL,
      user_principal_name_key ${text} NOT NULL,
      display_name ${text} NOT NULL,
      password_hash ${text} NOT NULL,
      enabled ${integer} NOT NULL,
      created_at ${integer} NOT NULL,
      UNIQUE (user_principal_name_key)
    )`,

    `CREATE TABLE applications (
      id ${text} NOT NULL PRIMARY KEY,
      tenant_id ${text} NOT NULL REFERENCES tenants (id),
      app_id ${text} NOT NULL UNIQUE,
      display_name ${text} NOT NULL,
      identifier_uris ${text} NOT NULL,
      access_token_version ${integer} NOT NULL,
      created_at ${integer} NOT NULL
    )`,

    `CREATE TABLE service_principals (
      id ${text} NOT NULL PRIMARY KEY,
      tenant_id ${text} NOT NULL REFERENCES tenants (id),
      app_id ${text} NOT NULL,
      display_name ${text} NOT NULL,
      kind ${text} NOT NULL,
      enabled ${integer} NOT NULL,
      created_at ${integer} NOT NULL,
      UNIQUE (tenant_id, app_id)
    )`,

    `CREATE TABLE client_secrets (
      id ${text} NOT NULL PRIMARY KEY,
      tenant_id ${text} NOT NULL,
      app_id ${text} NOT NULL REFERENCES applications (app_id),
      display_name ${text} NOT NULL,
      hint ${text} NOT NULL,
      secret_digest ${bytes} NOT NULL,
      starts_at ${integer} NOT NULL,
      expires_at ${integer} NOT NULL
    )`,
    `CREATE INDEX client_secrets_by_application ON client_secrets (app_id)`,

    `CREATE TABLE client_certificates (
      id ${text} NOT NULL PRIMARY KEY,
      tenant_id ${text} NOT NULL,
      app_id ${text} NOT NULL REFERENCES applications (app_id),
      display_name ${text} NOT NULL,
      certificate ${bytes} NOT NULL,
      thumbprint_sha1 ${text} NOT NULL,
      thumbprint_sha256 ${text} NOT NULL,
      starts_at ${integer} NOT NULL,
      expires_at ${integer} NOT NULL,
      UNIQUE (app_id, thumbprint_sha256)
    )`,

    `CREATE TABLE client_assertions (
      tenant_id ${text} NOT NULL,
      app_id ${text} NOT NULL,
      assertion_id ${text} NOT NULL,
      assertion_digest ${bytes} NOT NULL,
      expires_at ${integer} NOT NULL,
      PRIMARY KEY (tenant_id, app_id, assertion_id)
    )`,
    `CREATE INDEX client_assertions_by_expiry ON client_assertions (expires_at)`,

    `CREATE TABLE subscriptions (
      id ${text} NOT NULL PRIMARY KEY,
      tenant_id ${text} NOT NULL REFERENCES tenants (id),
      display_name ${text} NOT NULL,
      created_at ${integer} NOT NULL
    )`,

    `CREATE TABLE resource_groups (
      subscription_id ${text} NOT NULL REFERENCES subscriptions (id),
      name_key ${text} NOT NULL,
      name ${text} NOT NULL,
      location ${text} NOT NULL,
      tags ${text} NOT NULL,
      created_at ${integer} NOT NULL,
      PRIMARY KEY (subscription_id, name_key)
    )`,

    `CREATE TABLE managed_identities (
      id ${text} NOT NULL PRIMARY KEY,
      tenant_id ${text} NOT NULL,
      subscription_id ${text} NOT NULL REFERENCES subscriptions (id),
      resource_group ${text} NOT NULL,
      name ${text} NOT NULL,
      name_key ${text} NOT NULL,
      location ${text} NOT NULL,
      tags ${text} NOT NULL,
      client_id ${text} NOT NULL UNIQUE,
      service_principal_id ${text} NOT NULL UNIQUE REFERENCES service_principals (id),
      created_at ${integer} NOT NULL,
      UNIQUE (subscription_id, resource_group, name_key)
    )`,

    `CREATE TABLE role_assignments (
      id ${text} NOT NULL PRIMARY KEY,
      tenant_id ${text} NOT NULL,
      scope ${text} NOT NULL,
      scope_key ${text} NOT NULL,
      role_definition_id ${text} NOT NULL,
      principal_id ${text} NOT NULL,
      principal_type ${text} NOT NULL,
      description ${text},
      created_at ${integer} NOT NULL,
      created_by ${text} NOT NULL,
      UNIQUE (scope_key, principal_id, role_definition_id)
    )`,
    `CREATE INDEX role_assignments_by_principal ON role_assignments (principal_id, tenant_id, id)`,
    `CREATE INDEX role_assignments_by_tenant ON role_assignments (tenant_id, id)`,

    `CREATE TABLE vaults (
      id ${text} NOT NULL PRIMARY KEY,
      tenant_id ${text} NOT NULL,
      subscription_id ${text} NOT NULL REFERENCES subscriptions (id),
      resource_group ${text} NOT NULL,
      name ${text} NOT NULL,
      name_key ${text} NOT NULL UNIQUE,
      location ${text} NOT NULL,
      tags ${text} NOT NULL,
      sku ${text} NOT NULL,
      soft_delete_retention_days ${integer} NOT NULL,
      purge_protection ${integer} NOT NULL,
      data_key_id ${text} NOT NULL REFERENCES data_keys (id),
      created_at ${integer} NOT NULL
    )`,
    `CREATE INDEX vaults_by_subscription ON vaults (subscription_id, name_key)`,
    `CREATE INDEX vaults_by_group ON vaults (subscription_id, resource_group, name_key)`,

    `CREATE TABLE vault_objects (
      vault_id ${text} NOT NULL REFERENCES vaults (id),
      kind ${text} NOT NULL,
      name_key ${text} NOT NULL,
      name ${text} NOT NULL,
      state ${text} NOT NULL,
      current_version ${text} NOT NULL,
      managed ${integer} NOT NULL,
      details ${text} NOT NULL,
      deleted_at ${integer},
      purge_at ${integer},
      PRIMARY KEY (vault_id, kind, name_key)
    )`,
    `CREATE INDEX vault_objects_by_state ON vault_objects (vault_id, kind, state, name_key)`,
    `CREATE INDEX vault_objects_by_purge ON vault_objects (purge_at) WHERE purge_at IS NOT NULL`,

    `CREATE TABLE vault_object_versions (
      vault_id ${text} NOT NULL,
      kind ${text} NOT NULL,
      name_key ${text} NOT NULL,
      version ${text} NOT NULL,
      sequence ${integer} NOT NULL,
      enabled ${integer} NOT NULL,
      not_before ${integer},
      expires_at ${integer},
      created_at ${integer} NOT NULL,
      updated_at ${integer} NOT NULL,
      content_type ${text},
      tags ${text} NOT NULL,
      details ${text} NOT NULL,
      sealed_value ${bytes},
      PRIMARY KEY (vault_id, kind, name_key, version),
      UNIQUE (vault_id, kind, name_key, sequence)
    )`,

    `CREATE TABLE app_token_identities (
      id ${integer} NOT NULL PRIMARY KEY,
      name ${text} NOT NULL,
      name_key ${text} NOT NULL UNIQUE,
      token_roles ${text} NOT NULL,
      user_id ${text} REFERENCES users (id),
      password_hash ${text},
      created_at ${integer} NOT NULL
    )`,
    `CREATE INDEX app_token_identities_by_user ON app_token_identities (user_id, id)`,

    `CREATE TABLE app_tokens (
      id ${integer} NOT NULL PRIMARY KEY,
      identity_id ${integer} NOT NULL REFERENCES app_token_identities (id),
      handle ${text} NOT NULL UNIQUE,
      token_digest ${bytes} NOT NULL,
      format ${text} NOT NULL,
      token_roles ${text} NOT NULL,
      signing_key_id ${text},
      created_at ${integer} NOT NULL,
      expires_at ${integer} NOT NULL,
      revoked_at ${integer},
      imported ${integer} NOT NULL
    )`,
    `CREATE INDEX app_tokens_by_identity ON app_tokens (identity_id)`,

    `CREATE TABLE app_token_sessions (
      session_digest ${text} NOT NULL PRIMARY KEY,
      identity_id ${integer} NOT NULL REFERENCES app_token_identities (id),
      created_at ${integer} NOT NULL,
      expires_at ${integer} NOT NULL
    )`,
    `CREATE INDEX app_token_sessions_by_expiry ON app_token_sessions (expires_at)`,

    `CREATE TABLE audit_events (
      sequence ${integer} NOT NULL PRIMARY KEY,
      at ${integer} NOT NULL,
      tenant_id ${text},
      actor ${text} NOT NULL,
      action ${text} NOT NULL,
      target ${text} NOT NULL,
      outcome ${text} NOT NULL,
      correlation_id ${text},
      details ${text} NOT NULL,
      mac ${bytes} NOT NULL
    )`,
  ],
}
