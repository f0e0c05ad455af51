import * as domain from "../../domain/tenants/index.ts"
import { subscriptionPolicies } from "../../wire/arm.ts"
import { type Answer, type ArmCall, ok, param } from "./call.ts"

/** The caller's own: a token is of one tenant. */
export async function listTenants({ context, caller }: ArmCall): Promise<Answer> {
  const tenant = await domain.findTenant(context, caller.tenantId)
  return ok({ value: tenant === undefined ? [] : [toTenantBody(tenant)] })
}

export async function listSubscriptions({ context, caller }: ArmCall): Promise<Answer> {
  const value = (await domain.listSubscriptions(context, caller)).map(toSubscriptionBody)
  return ok({ value, count: { type: "Total", value: value.length } })
}

export async function getSubscription(call: ArmCall): Promise<Answer> {
  const { context, caller } = call
  return ok(toSubscriptionBody(await domain.getSubscription(context, caller, param(call, "subscriptionId"))))
}

/** Any name is a location; listed is the one that this installation reports. */
export async function listLocations(call: ArmCall): Promise<Answer> {
  const { context, caller } = call
  const { id } = await domain.getSubscription(context, caller, param(call, "subscriptionId"))
  const name = context.region
  const value = [
    {
      id: `/subscriptions/${id}/locations/${name}`,
      name,
      type: "Region",
      displayName: name,
      regionalDisplayName: name,
      metadata: { regionType: "Physical", regionCategory: "Recommended" },
    },
  ]
  return ok({ value })
}

function toTenantBody({ id, domain, displayName }: domain.Tenant) {
  return {
    id: `/tenants/${id}`,
    tenantId: id,
    countryCode: "",
    displayName,
    domains: [domain],
    tenantCategory: "Home",
    defaultDomain: domain,
    tenantType: "AAD",
  }
}

function toSubscriptionBody({ id, tenantId, displayName }: domain.Subscription) {
  return {
    id: `/subscriptions/${id}`,
    authorizationSource: "RoleBased",
    managedByTenants: [],
    subscriptionId: id,
    tenantId,
    displayName,
    state: "Enabled",
    subscriptionPolicies,
  }
}
