import * as v from "valibot"
import * as domain from "../../domain/resource-groups/index.ts"
import { type ResourceBody, resourceTypes } from "../../wire/arm.ts"
import { parseBody, tagsSchema } from "./body.ts"
import { type Answer, type ArmCall, noContent, ok, param, put } from "./call.ts"

const bodySchema = v.object({ location: v.string(), tags: tagsSchema })

export async function createOrUpdateResourceGroup(call: ArmCall): Promise<Answer> {
  const { context, caller, request } = call
  const { location, tags } = parseBody(request, bodySchema)
  const { resourceGroup, created } = await domain.createOrUpdateResourceGroup(context, caller, {
    ...nameOf(call),
    location,
    tags: tags ?? {},
  })
  return put(created, toBody(resourceGroup))
}

export async function getResourceGroup(call: ArmCall): Promise<Answer> {
  return ok(toBody(await domain.getResourceGroup(call.context, call.caller, nameOf(call))))
}

/** 204 or 404, and no body with either. */
export async function checkResourceGroup(call: ArmCall): Promise<Answer> {
  await domain.getResourceGroup(call.context, call.caller, nameOf(call))
  return noContent
}

export async function listResourceGroups(call: ArmCall): Promise<Answer> {
  const { context, caller } = call
  const groups = await domain.listResourceGroups(context, caller, param(call, "subscriptionId"))
  return ok({ value: groups.map(toBody) })
}

function nameOf(call: ArmCall): domain.ResourceGroupName {
  return { subscriptionId: param(call, "subscriptionId"), name: param(call, "resourceGroup") }
}

function toBody({ subscriptionId, name, location, tags }: domain.ResourceGroup): ResourceBody {
  return {
    id: `/subscriptions/${subscriptionId}/resourceGroups/${name}`,
    name,
    type: resourceTypes.resourceGroup,
    location,
    tags,
    properties: { provisioningState: "Succeeded" },
  }
}
