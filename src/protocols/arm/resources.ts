import { listManagedIdentities, managedIdentityResourceId } from "../../domain/managed-identities/index.ts"
import { listReadableVaults, vaultResourceId } from "../../domain/vaults/index.ts"
import { type ResourceBody, resourceTypes, type Tags } from "../../wire/arm.ts"
import { type Answer, type ArmCall, ok, param, queryParam } from "./call.ts"
import { comparedValue, parseFilter } from "./filter.ts"

type GenericResource = Omit<ResourceBody, "properties">

/** The resources of a subscription by type and name: how az finds the group of a vault. */
export async function listResources(call: ArmCall): Promise<Answer> {
  const filter = parseFilter(queryParam(call.request, "$filter"), ["resourceType", "name"])
  const type = comparedValue(filter, "resourceType")?.toLowerCase()
  const name = comparedValue(filter, "name")?.toLowerCase()
  const found: GenericResource[] = []
  if (type === undefined || type === resourceTypes.vault.toLowerCase()) found.push(...(await vaultsOf(call)))
  if (type === resourceTypes.managedIdentity.toLowerCase()) found.push(...(await identitiesOf(call)))
  return ok({ value: found.filter((resource) => name === undefined || resource.name.toLowerCase() === name) })
}

async function vaultsOf(call: ArmCall): Promise<GenericResource[]> {
  const { context, caller } = call
  const vaults = await listReadableVaults(context, caller, param(call, "subscriptionId"))
  return vaults.map((vault) => toBody(vaultResourceId(vault), resourceTypes.vault, vault))
}

async function identitiesOf(call: ArmCall): Promise<GenericResource[]> {
  const { context, caller } = call
  const place = { subscriptionId: param(call, "subscriptionId") }
  const identities = await listManagedIdentities(context, caller, place)
  return identities.map((identity) =>
    toBody(managedIdentityResourceId(identity), resourceTypes.managedIdentity, identity),
  )
}

function toBody(
  id: string,
  type: string,
  { name, location, tags }: { name: string; location: string; tags: Tags },
): GenericResource {
  return { id, name, type, location, tags }
}
