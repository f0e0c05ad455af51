/** Makes what a test needs by the domain's own functions, past every surface, as keybearer itself. */
import { type Caller, createRoleAssignment } from "../src/domain/access/index.ts"
import {
  addClientSecret,
  findResource,
  registerApplication,
  type RegisteredApplication,
} from "../src/domain/applications/index.ts"
import type { DomainContext } from "../src/domain/context.ts"
import { createOrUpdateManagedIdentity } from "../src/domain/managed-identities/index.ts"
import { issueAppOnlyToken } from "../src/domain/tokens/index.ts"
import { createUser } from "../src/domain/users/index.ts"
import { createOrUpdateVault, vaultResourceId } from "../src/domain/vaults/index.ts"
import type {
  ManagedIdentityRecord,
  RoleAssignmentRecord,
  ServicePrincipalRecord,
  UserRecord,
  VaultRecord,
} from "../src/storage/records.ts"
import { testSubscriptionId } from "./installation.ts"

const resources = {
  vault: "https://vault.azure.net",
  resourceManager: "https://management.azure.com/",
  graph: "https://graph.microsoft.com",
} as const

export type TestResource = keyof typeof resources

export interface SeededApplication extends RegisteredApplication {
  clientSecret: string
}

export interface SeededVault {
  vault: VaultRecord
  /** ARM id. */
  scope: string
}

export class Seed {
  readonly #context: DomainContext
  readonly #system: Caller
  #count = 0

  constructor(context: DomainContext, system: Caller) {
    this.#context = context
    this.#system = system
  }

  get tenantId(): string {
    return this.#system.tenantId
  }

  /** An application with its service principal and a client secret. */
  async application(
    options: { displayName?: string; identifierUris?: string[]; secretLifetimeSeconds?: number } = {},
  ): Promise<SeededApplication> {
    const { displayName = `Application ${++this.#count}`, identifierUris, secretLifetimeSeconds } = options
    const registered = await registerApplication(this.#context, this.#system, { displayName, identifierUris })
    const { secretText } = await addClientSecret(this.#context, this.#system, {
      appId: registered.application.appId,
      displayName: "seed",
      lifetimeSeconds: secretLifetimeSeconds,
    })
    return { ...registered, clientSecret: secretText }
  }

  /** A vault in the resource group `keybearer`. */
  async vault(options: Partial<Parameters<typeof createOrUpdateVault>[2]> = {}): Promise<SeededVault> {
    const { vault } = await createOrUpdateVault(this.#context, this.#system, {
      subscriptionId: testSubscriptionId,
      resourceGroup: "keybearer",
      name: `vault-${++this.#count}`,
      location: "local",
      ...options,
    })
    return { vault, scope: vaultResourceId(vault) }
  }

  /** A user-assigned managed identity in the resource group `keybearer`. */
  async managedIdentity(name = `identity-${++this.#count}`): Promise<ManagedIdentityRecord> {
    const { identity } = await createOrUpdateManagedIdentity(this.#context, this.#system, {
      subscriptionId: testSubscriptionId,
      resourceGroup: "keybearer",
      name,
      location: "local",
    })
    return identity
  }

  user(options: { userPrincipalName: string; password: string }): Promise<UserRecord> {
    return createUser(this.#context, this.#system, options)
  }

  /** Gives a role, by its name or GUID, to a principal, by its object id. */
  async assignRole(
    principalId: string,
    role: string,
    assignmentScope: string,
  ): Promise<RoleAssignmentRecord> {
    const { assignment } = await createRoleAssignment(this.#context, this.#system, {
      id: this.#context.ids.guid(),
      assignmentScope,
      roleDefinitionId: role,
      principalId,
    })
    return assignment
  }

  /** A token as the authority would issue it to the service principal. */
  async token(servicePrincipal: ServicePrincipalRecord, resource: TestResource): Promise<string> {
    const requestedAudience = resources[resource]
    const found = await findResource(this.#context, servicePrincipal.tenantId, requestedAudience)
    if (found === undefined) throw new TypeError(`There is no resource ${requestedAudience}`)
    const { accessToken } = await issueAppOnlyToken(this.#context, {
      servicePrincipal,
      resource: found,
      requestedAudience,
      strength: "secret",
    })
    return accessToken
  }
}
