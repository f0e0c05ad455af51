/**
 * The built-in roles.
 * @see Azure built-in roles for security, https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/security
 */

export interface RoleDefinition {
  /** The GUID that names it everywhere. */
  id: string
  roleName: string
  description: string
  /** Patterns of control-plane actions; `*` matches across segments. */
  actions: string[]
  notActions: string[]
  /** Patterns of data-plane actions. */
  dataActions: string[]
}

/** What every Key Vault role with control actions may do besides its data actions. */
const vaultMetadata = [
  "Microsoft.Authorization/*/read",
  "Microsoft.Insights/alertRules/*",
  "Microsoft.Resources/deployments/*",
  "Microsoft.Resources/subscriptions/resourceGroups/read",
  "Microsoft.Support/*",
  "Microsoft.KeyVault/checkNameAvailability/read",
  "Microsoft.KeyVault/deletedVaults/read",
  "Microsoft.KeyVault/locations/*/read",
  "Microsoft.KeyVault/vaults/*/read",
  "Microsoft.KeyVault/operations/read",
]

const vaults = "Microsoft.KeyVault/vaults"

function role(
  id: string,
  roleName: string,
  description: string,
  permissions: { actions?: string[]; notActions?: string[]; dataActions?: string[] },
): RoleDefinition {
  return {
    id,
    roleName,
    description,
    actions: permissions.actions ?? [],
    notActions: permissions.notActions ?? [],
    dataActions: permissions.dataActions ?? [],
  }
}

// prettier-ignore
export const builtInRoles: readonly RoleDefinition[] = [
  role("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner", "Manages everything, access included; reads no data.", {
    actions: ["*"],
  }),
  role("b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor", "Manages everything but access.", {
    actions: ["*"],
    notActions: ["Microsoft.Authorization/*/Delete", "Microsoft.Authorization/*/Write", "Microsoft.Authorization/elevateAccess/Action"],
  }),
  role("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader", "Sees everything, changes nothing.", { actions: ["*/read"] }),
  role("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator", "Manages access.", {
    actions: ["*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"],
  }),
  role("00482a5a-887f-4fb3-b363-3b7fe8e74483", "Key Vault Administrator", "Every data operation on a vault and all its objects.", {
    actions: vaultMetadata,
    dataActions: [`${vaults}/*`],
  }),
  role("21090545-7ca7-4776-b22c-e363652d74d2", "Key Vault Reader", "Reads metadata of vaults and their objects, no secret values.", {
    actions: vaultMetadata,
    dataActions: [`${vaults}/*/read`, `${vaults}/secrets/readMetadata/action`],
  }),
  role("b86a8fe4-44ce-4948-aee5-eccb2c155cd7", "Key Vault Secrets Officer", "Any operation on secrets.", {
    actions: vaultMetadata,
    dataActions: [`${vaults}/secrets/*`],
  }),
  role("4633458b-17de-408a-b874-0445c86b69e6", "Key Vault Secrets User", "Reads secret values.", {
    dataActions: [`${vaults}/secrets/getSecret/action`, `${vaults}/secrets/readMetadata/action`],
  }),
  role("a4417e6f-fecd-4de8-b567-7b0420556985", "Key Vault Certificates Officer", "Any operation on certificates.", {
    actions: vaultMetadata,
    dataActions: [`${vaults}/certificatecas/*`, `${vaults}/certificates/*`, `${vaults}/certificatecontacts/write`],
  }),
  role("db79e9a7-68ee-4b58-9aeb-b90e7c24fcba", "Key Vault Certificate User", "Reads certificates with their private keys.", {
    dataActions: [`${vaults}/certificates/read`, `${vaults}/secrets/getSecret/action`, `${vaults}/secrets/readMetadata/action`, `${vaults}/keys/read`],
  }),
  role("14b46e9e-c2b7-41b4-b07b-48a6ebf60603", "Key Vault Crypto Officer", "Any operation on keys.", {
    actions: vaultMetadata,
    dataActions: [`${vaults}/keys/*`, `${vaults}/keyrotationpolicies/*`],
  }),
  role("12338af0-0e69-4776-bea7-57ae8d297424", "Key Vault Crypto User", "Uses keys for cryptographic operations.", {
    dataActions: ["read", "update/action", "backup/action", "encrypt/action", "decrypt/action", "wrap/action", "unwrap/action", "sign/action", "verify/action"].map((action) => `${vaults}/keys/${action}`),
  }),
  role("e147488a-f6f5-4113-8e2d-b22465e65bf6", "Key Vault Crypto Service Encryption User", "Reads key metadata, wraps and unwraps.", {
    actions: ["Microsoft.EventGrid/eventSubscriptions/write", "Microsoft.EventGrid/eventSubscriptions/read", "Microsoft.EventGrid/eventSubscriptions/delete"],
    dataActions: [`${vaults}/keys/read`, `${vaults}/keys/wrap/action`, `${vaults}/keys/unwrap/action`],
  }),
  role("08bbd89e-9f13-488c-ac41-acfcb10c90ab", "Key Vault Crypto Service Release User", "Releases keys.", {
    dataActions: [`${vaults}/keys/release/action`],
  }),
  role("f25e0fa2-a7c8-4377-a976-54943a77a395", "Key Vault Contributor", "Manages vaults, not their objects nor access.", {
    actions: ["Microsoft.Authorization/*/read", "Microsoft.Insights/alertRules/*", "Microsoft.KeyVault/*", "Microsoft.Resources/deployments/*", "Microsoft.Resources/subscriptions/resourceGroups/read", "Microsoft.Support/*"],
    notActions: ["Microsoft.KeyVault/locations/deletedVaults/purge/action", "Microsoft.KeyVault/hsmPools/*", "Microsoft.KeyVault/managedHsms/*"],
  }),
]

const byId = new Map(builtInRoles.map((definition) => [definition.id, definition]))
const byName = new Map(builtInRoles.map((definition) => [definition.roleName.toLowerCase(), definition]))

/** Finds a role by its GUID, by an ARM id that ends in it, or by its name; letter case is ignored. */
export function findRoleDefinition(idOrName: string): RoleDefinition | undefined {
  const lower = idOrName.toLowerCase()
  return byId.get(lower.slice(lower.lastIndexOf("/") + 1)) ?? byName.get(lower)
}
