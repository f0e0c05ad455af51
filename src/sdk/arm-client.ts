import { callApi, collect, type Page, readPages } from "./api-call.ts"
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
  /** By its name, whatever the case, or by its GUID. */
  findRoleDefinition(scope: string, nameOrId: string): Promise<RoleDefinition | undefined>
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
  const call: ArmCall = async <T>(path: string, method = "GET", body?: unknown): Promise<T> => {
    const { token } = await getToken(`${audience}/.default`)
    const url = path.startsWith("/") ? `${base}${path}` : path
    return callApi<T>(http, { method, url, token, body })
  }
  const list: ArmList = <T>(path: string) => readPages<T>(`${base}${path}`, (page) => call<Page<T>>(page))
  return { ...resources(call, list), ...authorization(call, list) }
}

/** By path, or by the address of a next page. */
type ArmCall = <T>(path: string, method?: string, body?: unknown) => Promise<T>
type ArmList = <T>(path: string) => AsyncIterable<T>

type Authorization =
  | "findRoleDefinition"
  | "listRoleDefinitions"
  | "createRoleAssignment"
  | "listRoleAssignments"

function resources(call: ArmCall, list: ArmList): Omit<ArmClient, Authorization> {
  return {
    listSubscriptions: () => list(withVersion("/subscriptions", apiVersions.subscriptions)),
    setResourceGroup: async (subscriptionId, name, location) => {
      const path = `/subscriptions/${subscriptionId}/resourcegroups/${encodeURIComponent(name)}`
      await call(withVersion(path, apiVersions.resourceGroups), "PUT", { location })
    },
    setVault: (request) =>
      call(withVersion(vaultPath(request), apiVersions.vaults), "PUT", toVaultBody(request)),
    listVaults: (subscriptionId, resourceGroup) => {
      const group = resourceGroup === undefined ? "" : `/resourceGroups/${encodeURIComponent(resourceGroup)}`
      const path = `/subscriptions/${subscriptionId}${group}/providers/Microsoft.KeyVault/vaults`
      return list(withVersion(path, apiVersions.vaults))
    },
  }
}

function authorization(call: ArmCall, list: ArmList): Pick<ArmClient, Authorization> {
  const at = (scope: string, kind: string, filter?: string) =>
    withVersion(`${scope}/providers/Microsoft.Authorization/${kind}`, apiVersions.authorization, filter)
  return {
    findRoleDefinition: async (scope, nameOrId) => {
      if (guid.test(nameOrId)) return call(at(scope, `roleDefinitions/${nameOrId}`))
      const filter = `roleName eq '${nameOrId.replaceAll("'", "''")}'`
      const [found] = await collect(list<RoleDefinition>(at(scope, "roleDefinitions", filter)))
      return found
    },
    listRoleDefinitions: (scope) => list(at(scope, "roleDefinitions")),
    createRoleAssignment: ({ scope, principalId, roleDefinitionId }) =>
      call(at(scope, `roleAssignments/${crypto.randomUUID()}`), "PUT", {
        properties: { roleDefinitionId, principalId },
      }),
    listRoleAssignments: (scope, principalId) => {
      const ofPrincipal = principalId === undefined ? "" : ` and principalId eq '${principalId}'`
      return list(at(scope, "roleAssignments", `atScope()${ofPrincipal}`))
    },
  }
}

function withVersion(path: string, apiVersion: string, filter?: string): string {
  const query = filter === undefined ? "" : `&$filter=${encodeURIComponent(filter)}`
  return `${path}?api-version=${apiVersion}${query}`
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
