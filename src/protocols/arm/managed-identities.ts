import * as v from "valibot"
import * as domain from "../../domain/managed-identities/index.ts"
import { type ManagedIdentityProperties, type ResourceBody, resourceTypes } from "../../wire/arm.ts"
import { parseBody, tagsSchema } from "./body.ts"
import { type Answer, type ArmCall, noContent, ok, param, put } from "./call.ts"

/** `Microsoft.ManagedIdentity/userAssignedIdentities`; where they get tokens is protocols/managed-identity. */
const bodySchema = v.object({ location: v.string(), tags: tagsSchema })

export async function createOrUpdateManagedIdentity(call: ArmCall): Promise<Answer> {
  const { context, caller, request } = call
  const { location, tags } = parseBody(request, bodySchema)
  const { identity, created } = await domain.createOrUpdateManagedIdentity(context, caller, {
    ...nameOf(call),
    location,
    tags: tags ?? {},
  })
  return put(created, toBody(identity))
}

export async function getManagedIdentity(call: ArmCall): Promise<Answer> {
  return ok(toBody(await domain.getManagedIdentity(call.context, call.caller, nameOf(call))))
}

export async function deleteManagedIdentity(call: ArmCall): Promise<Answer> {
  const existed = await domain.deleteManagedIdentity(call.context, call.caller, nameOf(call))
  return existed ? { status: 200 } : noContent
}

export async function listManagedIdentities(call: ArmCall): Promise<Answer> {
  const { context, caller, params } = call
  const place = { subscriptionId: param(call, "subscriptionId"), resourceGroup: params["resourceGroup"] }
  return ok({ value: (await domain.listManagedIdentities(context, caller, place)).map(toBody) })
}

function nameOf(call: ArmCall): domain.ManagedIdentityName {
  return {
    subscriptionId: param(call, "subscriptionId"),
    resourceGroup: param(call, "resourceGroup"),
    name: param(call, "name"),
  }
}

function toBody(identity: domain.ManagedIdentity): ResourceBody<ManagedIdentityProperties> {
  const { name, location, tags, tenantId, servicePrincipalId, clientId } = identity
  return {
    id: domain.managedIdentityResourceId(identity),
    name,
    type: resourceTypes.managedIdentity,
    location,
    tags,
    properties: { tenantId, principalId: servicePrincipalId, clientId },
  }
}
