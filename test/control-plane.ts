/**
 * What an operator does before an application can begin: vaults, managed identities and role assignments, asked of the
 * resource manager over HTTPS with the operator's own token. Nothing of ours but the server has a part in it.
 */
import { randomUUID } from "node:crypto"
import { ClientSecretCredential } from "@azure/identity"
import type { Bootstrap } from "../src/domain/installation/bootstrap.ts"

/** @see Azure built-in roles for security, https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/security */
export const roles = {
  administrator: "00482a5a-887f-4fb3-b363-3b7fe8e74483",
  secretsUser: "4633458b-17de-408a-b874-0445c86b69e6",
  secretsOfficer: "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
  certificateUser: "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba",
} as const

export type Role = keyof typeof roles

export interface ManagedIdentity {
  clientId: string
  principalId: string
  resourceId: string
}

interface Resource<Properties> {
  id: string
  properties: Properties
}

export class ControlPlane {
  readonly operator: ClientSecretCredential
  readonly #bootstrap: Bootstrap
  readonly #group: string

  constructor(bootstrap: Bootstrap) {
    const { authority, tenantId, subscriptionId, operator } = bootstrap
    this.#bootstrap = bootstrap
    this.#group = `/subscriptions/${subscriptionId}/resourceGroups/keybearer`
    this.operator = new ClientSecretCredential(tenantId, operator.clientId, operator.clientSecret, {
      authorityHost: authority,
      disableInstanceDiscovery: true,
    })
  }

  /** Answers the vault's address. */
  async createVault(name: string): Promise<string> {
    const { tenantId } = this.#bootstrap
    const vault = await this.#put<{ vaultUri: string }>(this.vaultScope(name), "2023-07-01", {
      location: "local",
      properties: { tenantId, sku: { family: "A", name: "standard" }, enableRbacAuthorization: true },
    })
    return vault.properties.vaultUri
  }

  async createManagedIdentity(name: string): Promise<ManagedIdentity> {
    const path = `${this.#group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`
    const { id, properties } = await this.#put<{ clientId: string; principalId: string }>(
      path,
      "2023-01-31",
      { location: "local" },
    )
    return { clientId: properties.clientId, principalId: properties.principalId, resourceId: id }
  }

  /** Gives a role at a vault, or at one object of it: `assignRole(id, "certificateUser", vaultScope("v") + "/certificates/c")`. */
  async assignRole(principalId: string, role: Role, scope: string): Promise<void> {
    const definitions = `/subscriptions/${this.#bootstrap.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions`
    await this.#put(
      `${scope}/providers/Microsoft.Authorization/roleAssignments/${randomUUID()}`,
      "2022-04-01",
      { properties: { roleDefinitionId: `${definitions}/${roles[role]}`, principalId } },
    )
  }

  vaultScope(name: string): string {
    return `${this.#group}/providers/Microsoft.KeyVault/vaults/${name}`
  }

  async #put<Properties>(path: string, apiVersion: string, body: object): Promise<Resource<Properties>> {
    const { token } = await this.operator.getToken("https://management.azure.com/.default")
    const response = await fetch(`${this.#bootstrap.resourceManager}${path}?api-version=${apiVersion}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`PUT ${path} answered ${response.status}: ${text}`)
    return JSON.parse(text) as Resource<Properties>
  }
}

/** The object id of whom a token speaks for. */
export function principalOf(token: string): string {
  const [, claims = ""] = token.split(".")
  return (JSON.parse(Buffer.from(claims, "base64url").toString()) as { oid: string }).oid
}
