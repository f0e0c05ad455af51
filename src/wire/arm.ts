/**
 * Words of the Azure Resource Manager subset: codes, types and shapes. Data only.
 *
 * @see contracts/entra.md 5, contracts/keyvault.md 6.5, contracts/az.md 2.3 and 7
 * @see Azure Resource Manager REST API, https://learn.microsoft.com/rest/api/resources/
 */

/** `error.code` with the status it comes with. */
export const errorCodes = {
  InvalidRequestContent: 400,
  MissingApiVersionParameter: 400,
  InvalidFilterInQueryString: 400,
  VaultNameNotValid: 400,
  PrincipalNotFound: 400,
  InvalidRoleDefinitionId: 400,
  InvalidRoleAssignmentId: 400,
  FeatureNotSupported: 400,
  AuthenticationFailed: 401,
  InvalidAuthenticationToken: 401,
  ExpiredAuthenticationToken: 401,
  AuthorizationFailed: 403,
  ResourceNotFound: 404,
  ResourceGroupNotFound: 404,
  SubscriptionNotFound: 404,
  RoleAssignmentNotFound: 404,
  RoleDefinitionDoesNotExist: 404,
  NoRegisteredProviderFound: 404,
  MethodNotAllowed: 405,
  VaultAlreadyExists: 409,
  RoleAssignmentExists: 409,
  InvalidResourceLocation: 409,
  Conflict: 409,
  RequestContentTooLarge: 413,
  TooManyRequests: 429,
  InternalServerError: 500,
} as const

export type ErrorCode = keyof typeof errorCodes

export interface ErrorBody {
  error: { code: ErrorCode; message: string; target?: string }
}

export const resourceTypes = {
  resourceGroup: "Microsoft.Resources/resourceGroups",
  vault: "Microsoft.KeyVault/vaults",
  managedIdentity: "Microsoft.ManagedIdentity/userAssignedIdentities",
  roleAssignment: "Microsoft.Authorization/roleAssignments",
  roleDefinition: "Microsoft.Authorization/roleDefinitions",
} as const

export type Tags = { [name: string]: string }

export interface Page<T> {
  value: T[]
  nextLink?: string
}

export interface ResourceBody<Properties = object> {
  id: string
  name: string
  type: string
  location: string
  tags: Tags
  properties: Properties
}

export interface VaultProperties {
  tenantId: string
  sku: { family: "A"; name: "standard" | "premium" }
  /** Empty: access is by role assignments. */
  accessPolicies: []
  enabledForDeployment: false
  enabledForDiskEncryption: false
  enabledForTemplateDeployment: false
  enableSoftDelete: true
  softDeleteRetentionInDays: number
  enableRbacAuthorization: true
  /** Present when true only. */
  enablePurgeProtection?: true
  /** With a slash at the end. */
  vaultUri: string
  provisioningState: "Succeeded"
  publicNetworkAccess: "Enabled"
}

export interface ManagedIdentityProperties {
  tenantId: string
  principalId: string
  clientId: string
}

export interface RoleAssignmentBody {
  properties: {
    roleDefinitionId: string
    principalId: string
    principalType: string
    scope: string
    condition: null
    conditionVersion: null
    createdOn: string
    updatedOn: string
    createdBy: string | null
    updatedBy: string | null
    delegatedManagedIdentityResourceId: null
    description: string | null
  }
  id: string
  type: string
  name: string
}

export interface RoleDefinitionBody {
  properties: {
    roleName: string
    type: "BuiltInRole"
    description: string
    assignableScopes: string[]
    permissions: {
      actions: string[]
      notActions: string[]
      dataActions: string[]
      notDataActions: string[]
    }[]
    createdOn: string
    updatedOn: string
    createdBy: null
    updatedBy: null
  }
  id: string
  type: string
  name: string
}

/** The instant at which Azure says that its built-in roles were made. */
export const builtInRolesCreatedOn = "2015-02-02T21:55:09.8806423Z"

export const subscriptionPolicies = {
  locationPlacementId: "Public_2014-09-01",
  quotaId: "PayAsYouGo_2014-09-01",
  spendingLimit: "Off",
} as const

/** What an Azure Resource Manager token can be for; the first is the audience that az asks for. */
export const audiences = ["https://management.core.windows.net/", "https://management.azure.com/"] as const

/** Headers of every answer. */
export const responseHeaders = {
  "cache-control": "no-cache",
  pragma: "no-cache",
  expires: "-1",
  "x-content-type-options": "nosniff",
} as const
