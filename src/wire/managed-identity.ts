/**
 * The managed identity endpoints: the instance metadata service (IMDS) of a virtual machine, and the endpoint of
 * App Service in its two versions. Names and shapes only.
 *
 * @see contracts/entra.md 3, contracts/az.md 4.1
 * @see https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
 * @see https://learn.microsoft.com/azure/app-service/overview-managed-identity
 */

export const instanceMetadataPath = "/metadata/identity/oauth2/token"

/** Ours: App Service tells its path in `IDENTITY_ENDPOINT`, so any will do. */
export const appServicePath = "/msi/token"

export const metadataHeader = "metadata"
export const identityHeader = "x-identity-header"
/** Of the older App Service form, api-version 2017-09-01. */
export const legacySecretHeader = "secret"

/** Query parameters that select a user-assigned identity; more than one is refused. */
export const selectorParameters = {
  client_id: "clientId",
  clientid: "clientId",
  object_id: "objectId",
  principal_id: "objectId",
  msi_res_id: "resourceId",
  mi_res_id: "resourceId",
} as const

/** Asks for a token made now, in place of the one whose digest is given. */
export const refreshParameter = "token_sha256_to_refresh"

/** IMDS takes every api-version from this one on. */
export const oldestInstanceMetadataVersion = "2018-02-01"
export const newestInstanceMetadataVersions = ["2023-07-01", "2021-12-13", "2021-11-15"]

export const appServiceVersions = { current: "2019-08-01", legacy: "2017-09-01" } as const

/** Every value is text. */
export interface InstanceMetadataTokenBody {
  access_token: string
  client_id: string
  expires_in: string
  expires_on: string
  ext_expires_in: string
  not_before: string
  resource: string
  token_type: "Bearer"
}

export interface AppServiceTokenBody {
  access_token: string
  client_id: string
  expires_on: string
  not_before: string
  resource: string
  token_type: "Bearer"
}

/** IMDS refuses like OAuth; without api-version it tells the newest ones. */
export interface InstanceMetadataErrorBody {
  error: string
  error_description?: string
  "newest-versions"?: string[]
}

export interface AppServiceErrorBody {
  statusCode: number
  message: string
  correlationId: string
}
