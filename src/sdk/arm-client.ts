import { callApi, type Page, readPages } from "./api-call.ts"
import { SdkError } from "./errors.ts"
import type { HttpClient } from "./http-client.ts"
import type { AccessToken } from "./token-client.ts"

export interface ArmClientOptions {
  http: HttpClient
  /** `https://management.azure.com`. */
  resourceManager: string
  /** What its tokens are for: `https://management.core.windows.net/`. */
  audience: string
  getToken: (scope: string) => Promise<AccessToken>
}

export interface ArmSubscription {
  id: string
  subscriptionId: string
  displayName: string
  state: string
  tenantId?: string
  managedByTenants?: { tenantId: string }[]
}

export interface ArmVault {
  id: string
  name: string
  type: string
  location: string
  tags?: Record<string, string>
  properties: { vaultUri: string; tenantId: string; provisioningState?: string; [more: string]: unknown }
}

export interface RoleAssignment {
  id: string
  name: string
  type?: string
  properties: {
    scope: string
    roleDefinitionId: string
    principalId: string
    principalType?: string
    [more: string]: unknown
  }
}

export interface RoleDefinition {
  id: string
  name: string
  properties: { roleName: string; [more: string]: unknown }
}

export interface SetVaultRequest {
  subscriptionId: string
  resourceGroup: string
  name: string
  location: string
  tenantId: string
}

export interface CreateRoleAssignmentRequest {
  /** ARM id of the vault, object, group or subscription. */
  scope: string
  /** Object id of the user or service principal. */
  principalId: string
  roleDefinitionId: string
}

/** Subscriptions, vaults and role assignments of a resource manager. */
export interface ArmClient {
  listSubscriptions(): AsyncIterable<ArmSubscription>
  /** Creates the resource group when it is not there. */
  setResourceGroup(subscriptionId: string, name: string, location: string): Promise<void>
  setVault(request: SetVaultRequest): Promise<ArmVault>
  listVaults(subscriptionId: string, resourceGroup?: string): AsyncIterable<ArmVault>
  /** By name as written in its definition, whatever the case, or by GUID. @throws SdkError `invalidInput` when there is none */
  getRoleDefinition(scope: string, nameOrId: string): Promise<RoleDefinition>
  listRoleDefinitions(scope: string): AsyncIterable<RoleDefinition>
  /** @throws SdkError `refused`, code `RoleAssignmentExists`, when that principal has the role there */
  createRoleAssignment(request: CreateRoleAssignmentRequest): Promise<RoleAssignment>
  /** Those at the scope and above it. */
  listRoleAssignments(scope: string, principalId?: string): AsyncIterable<RoleAssignment>
}

const apiVersions = {
  subscriptions: "2022-12-01",
  resourceGroups: "2021-04-01",
  vaults: "2023-07-01",
  authorization: "2022-04-01",
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** @see contracts/entra.md 5.2 and contracts/keyvault.md 6.5 */
export function createArmClient({ http, resourceManager, audience, getToken }: ArmClientOptions): ArmClient {
  const base = resourceManager.replace(/\/+$/, "")
  const call = async <T>(url: string, method = "GET", body?: unknown): Promise<T> => {
    const { token } = await getToken(`${audience}/.default`)
    return callApi<T>(http, { method, url, token, body })
  }
  const urlOf = (path: string, apiVersion: string, filter?: string) =>
    `${base}${path}?api-version=${apiVersion}${filter ? `&$filter=${encodeURIComponent(filter)}` : ""}`
  const list = <T>(url: string) => readPages<T>(url, (page) => call<Page<T>>(page))
  const authorization = (scope: string, kind: string, filter?: string) =>
    urlOf(`${scope}/providers/Microsoft.Authorization/${kind}`, apiVersions.authorization, filter)

  const findRoleDefinition = async (scope: string, nameOrId: string): Promise<RoleDefinition | undefined> => {
    if (guid.test(nameOrId)) return call(authorization(scope, `roleDefinitions/${nameOrId}`))
    const filter = `roleName eq '${nameOrId.replaceAll("'", "''")}'`
    for await (const found of list<RoleDefinition>(authorization(scope, "roleDefinitions", filter)))
      return found
    return undefined
  }

  return {
    listSubscriptions: () => list(urlOf("/subscriptions", apiVersions.subscriptions)),
    setResourceGroup: async (subscriptionId, name, location) => {
      await call(
        urlOf(`/subscriptions/${subscriptionId}/resourcegroups/${name}`, apiVersions.resourceGroups),
        "PUT",
        {
          location,
        },
      )
    },
    setVault: (request) => call(urlOf(vaultPath(request), apiVersions.vaults), "PUT", toVaultBody(request)),
    listVaults: (subscriptionId, resourceGroup) => {
      const group = resourceGroup === undefined ? "" : `/resourceGroups/${resourceGroup}`
      const path = `/subscriptions/${subscriptionId}${group}/providers/Microsoft.KeyVault/vaults`
      return list(urlOf(path, apiVersions.vaults))
    },
    getRoleDefinition: async (scope, nameOrId) => {
      const found = await findRoleDefinition(scope, nameOrId)
      if (found) return found
      throw new SdkError("invalidInput", `There is no role "${nameOrId}"`)
    },
    listRoleDefinitions: (scope) => list(authorization(scope, "roleDefinitions")),
    createRoleAssignment: ({ scope, principalId, roleDefinitionId }) =>
      call(authorization(scope, `roleAssignments/${crypto.randomUUID()}`), "PUT", {
        properties: { roleDefinitionId, principalId },
      }),
    listRoleAssignments: (scope, principalId) =>
      list(
        authorization(
          scope,
          "roleAssignments",
          principalId === undefined ? "atScope()" : `atScope() and principalId eq '${principalId}'`,
        ),
      ),
  }
}

function vaultPath({ subscriptionId, resourceGroup, name }: SetVaultRequest): string {
  const group = `/subscriptions/${subscriptionId}/resourceGroups/${encodeURIComponent(resourceGroup)}`
  return `${group}/providers/Microsoft.KeyVault/vaults/${encodeURIComponent(name)}`
}

function toVaultBody({ location, tenantId }: SetVaultRequest) {
  return {
    location,
    properties: {
      tenantId,
      sku: { family: "A", name: "standard" },
      accessPolicies: [],
      enableRbacAuthorization: true,
      enableSoftDelete: true,
    },
  }
}
