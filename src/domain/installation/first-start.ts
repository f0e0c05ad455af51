import { hashPassword } from "../../crypto/password-hash.ts"
import { generateSecretText } from "../../crypto/random.ts"
import type {
  ClientSecretRecord,
  ResourceGroupRecord,
  RoleAssignmentRecord,
  SubscriptionRecord,
  TenantRecord,
  UserRecord,
} from "../../storage/records.ts"
import type { Transaction } from "../../storage/store.ts"
import { insertRoleAssignment, systemCaller } from "../access/index.ts"
import { insertIdentity, systemAppTokenCaller } from "../app-tokens/index.ts"
import {
  insertApplication,
  insertClientSecret,
  type RegisteredApplication,
  toApplication,
  toClientSecret,
} from "../applications/index.ts"
import { recordEvent } from "../audit/index.ts"
import type { DomainContext } from "../context.ts"
import { parseLocation, insertResourceGroup } from "../resource-groups/index.ts"
import {
  insertSubscription,
  insertTenant,
  setDefaultTenant,
  toSubscription,
  toTenant,
} from "../tenants/index.ts"
import { insertUser, toUser } from "../users/index.ts"
import {
  findInstallation,
  insertInstallation,
  type Installation,
  updateInstallation,
} from "./installation-record.ts"

export interface FirstStartOptions {
  /** GUID of the tenant; random when not given. */
  tenantId?: string | undefined
  tenantDomain: string
  /** GUID of the subscription; random when not given. */
  subscriptionId?: string | undefined
  /** Location of the first resource group. */
  region: string
}

/** What only the first start knows in clear. Shown once, kept nowhere. */
export interface FirstCredentials {
  tenantId: string
  tenantDomain: string
  subscriptionId: string
  administrator: { userPrincipalName: string; password: string }
  operator: { clientId: string; clientSecret: string }
}

export const firstResourceGroup = "keybearer"
const ownerRoleId = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
const operatorSecretLifetimeSeconds = 730 * 86_400

/**
 * Makes the installation in an empty store: tenant, subscription, resource group, administrator and
 * operator, all in one transaction. When there is one whose credentials were never handed over, because
 * the server was killed in between, it makes new ones in their place.
 *
 * @returns what to hand over, followed by `confirmHandover`
 * @throws DomainError `invalidInput` - tenant id, domain or subscription id malformed
 * @throws TypeError when the credentials were handed over already
 */
export async function prepareInstallation(
  context: DomainContext,
  options: FirstStartOptions,
): Promise<FirstCredentials> {
  const installation = await findInstallation(context.store)
  if (installation === undefined) return makeInstallation(context, options)
  if (installation.handedOver) throw new TypeError("The installation has been handed over")
  return reissueCredentials(context, installation)
}

/** Says that a person or a file has the credentials now: no start will show them, or new ones, again. */
export async function confirmHandover(context: DomainContext): Promise<void> {
  await context.store.transaction(async (tx) => {
    const installation = await findInstallation(tx)
    if (installation === undefined) throw new TypeError("There is no installation to hand over")
    await updateInstallation(tx, { ...installation, handedOver: true })
    await recordEvent(tx, context, {
      tenantId: installation.tenantId,
      actor: "system",
      action: "FirstCredentialsHandover",
      target: installation.tenantId,
    })
  })
}

interface Beginning extends RegisteredApplication {
  tenant: TenantRecord
  subscription: SubscriptionRecord
  resourceGroup: ResourceGroupRecord
  administrator: UserRecord
  clientSecret: ClientSecretRecord
}

async function makeInstallation(
  context: DomainContext,
  options: FirstStartOptions,
): Promise<FirstCredentials> {
  const password = generatePassword()
  const clientSecret = generateSecretText()
  const beginning = await toBeginning(context, options, { password, clientSecret })
  await context.store.transaction((tx) => insertBeginning(tx, context, beginning))
  const { tenant, subscription, administrator, application } = beginning
  return {
    tenantId: tenant.id,
    tenantDomain: tenant.domain,
    subscriptionId: subscription.id,
    administrator: { userPrincipalName: administrator.userPrincipalName, password },
    operator: { clientId: application.appId, clientSecret },
  }
}

/** Everything to be stored. The slow part, before the transaction. */
async function toBeginning(
  context: DomainContext,
  options: FirstStartOptions,
  credentials: { password: string; clientSecret: string },
): Promise<Beginning> {
  const createdAt = context.clock.now()
  const tenant = toTenant(context, { id: options.tenantId, domain: options.tenantDomain })
  const subscription = toSubscription(context, {
    id: options.subscriptionId,
    tenantId: tenant.id,
    displayName: "keybearer",
  })
  const administrator = await toUser(context, tenant, {
    userPrincipalName: `admin@${tenant.domain}`,
    displayName: "Administrator",
    password: credentials.password,
  })
  const operator = toApplication(context, tenant.id, { displayName: "keybearer operator" })
  return {
    tenant,
    subscription,
    resourceGroup: {
      subscriptionId: subscription.id,
      nameKey: firstResourceGroup,
      name: firstResourceGroup,
      location: parseLocation("resourceGroup", options.region),
      tags: {},
      createdAt,
    },
    administrator,
    ...operator,
    clientSecret: toOperatorSecret(context, operator.application, credentials.clientSecret),
  }
}

async function insertBeginning(tx: Transaction, context: DomainContext, beginning: Beginning): Promise<void> {
  const { tenant, subscription, administrator, application, servicePrincipal } = beginning
  const caller = systemCaller(tenant.id)
  await insertInstallation(tx, {
    tenantId: tenant.id,
    subscriptionId: subscription.id,
    administratorId: administrator.id,
    operatorAppId: application.appId,
    handedOver: false,
  })
  await insertTenant(tx, context, caller, tenant)
  await setDefaultTenant(tx, tenant.id)
  await insertSubscription(tx, context, caller, subscription)
  await insertResourceGroup(tx, context, caller, beginning.resourceGroup)
  await insertUser(tx, context, caller, administrator)
  await insertApplication(tx, context, caller, beginning)
  await insertClientSecret(tx, context, caller, beginning.clientSecret)
  for (const principal of [
    { principalId: administrator.id, principalType: "User" },
    { principalId: servicePrincipal.id, principalType: "ServicePrincipal" },
  ]) {
    await insertRoleAssignment(tx, context, caller, toOwner(context, beginning, principal))
  }
  await insertIdentity(tx, context, systemAppTokenCaller(), {
    name: administrator.userPrincipalName,
    tokenRoles: ["Administrator"],
    userId: administrator.id,
  })
}

/** Owner manages everything and reads no data: even the first operator has to be given a data role. */
function toOwner(
  { clock, ids }: DomainContext,
  { tenant, subscription }: Beginning,
  principal: { principalId: string; principalType: string },
): RoleAssignmentRecord {
  const scope = `/subscriptions/${subscription.id}`
  return {
    id: ids.guid(),
    tenantId: tenant.id,
    scope,
    scopeKey: scope,
    roleDefinitionId: ownerRoleId,
    ...principal,
    description: "Made at first start",
    createdAt: clock.now(),
    createdBy: "system",
  }
}

/** New credentials in place of those that nobody has seen. */
async function reissueCredentials(
  context: DomainContext,
  { tenantId, subscriptionId, administratorId, operatorAppId }: Installation,
): Promise<FirstCredentials> {
  const password = generatePassword()
  const clientSecret = generateSecretText()
  const passwordHash = await hashPassword(password)
  const names = await context.store.transaction(async (tx) => {
    const tenant = await tx.tenants.find({ id: tenantId })
    const administrator = await tx.users.find({ id: administratorId })
    if (tenant === undefined || administrator === undefined)
      throw new Error("The store has lost its first tenant")
    await tx.users.update({ ...administrator, passwordHash })
    for (const { id } of await tx.clientSecrets.list({ where: { appId: operatorAppId } })) {
      await tx.clientSecrets.delete({ id })
    }
    await tx.clientSecrets.insert(toOperatorSecret(context, { tenantId, appId: operatorAppId }, clientSecret))
    await recordEvent(tx, context, {
      tenantId,
      actor: "system",
      action: "FirstCredentialsReissue",
      target: tenantId,
      details: { administratorId, operatorAppId },
    })
    return { tenantDomain: tenant.domain, userPrincipalName: administrator.userPrincipalName }
  })
  return {
    tenantId,
    tenantDomain: names.tenantDomain,
    subscriptionId,
    administrator: { userPrincipalName: names.userPrincipalName, password },
    operator: { clientId: operatorAppId, clientSecret },
  }
}

function toOperatorSecret(
  context: DomainContext,
  { tenantId, appId }: { tenantId: string; appId: string },
  secretText: string,
): ClientSecretRecord {
  const named = { appId, displayName: "Made at first start" }
  const lifetimeSeconds = operatorSecretLifetimeSeconds
  return toClientSecret(context, tenantId, { ...named, lifetimeSeconds, secretText }).record
}

/** 24 letters and digits, 142 bits: for a person to copy once. */
function generatePassword(): string {
  return generateSecretText().slice(0, 24)
}
