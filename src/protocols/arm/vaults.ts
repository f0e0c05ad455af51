import * as v from "valibot"
import { getResourceGroup } from "../../domain/resource-groups/index.ts"
import { getSubscription } from "../../domain/tenants/index.ts"
import * as domain from "../../domain/vaults/index.ts"
import { type ResourceBody, resourceTypes, type VaultProperties } from "../../wire/arm.ts"
import { given, parseBody, tagsSchema } from "./body.ts"
import { type Answer, type ArmCall, type ArmContext, ok, param } from "./call.ts"
import { ArmError, invalidContent } from "./errors.ts"
import { pageOf, toPage } from "./paging.ts"

const ruleList = v.nullish(v.array(v.unknown()))

const changeableProperties = {
  tenantId: v.nullish(v.string()),
  sku: v.nullish(v.object({ name: v.string() })),
  createMode: v.nullish(v.string()),
  enableSoftDelete: v.nullish(v.boolean()),
  softDeleteRetentionInDays: v.nullish(v.number()),
  enablePurgeProtection: v.nullish(v.boolean()),
  enableRbacAuthorization: v.nullish(v.boolean()),
  accessPolicies: v.nullish(v.array(v.unknown())),
  publicNetworkAccess: v.nullish(v.string()),
  networkAcls: v.nullish(
    v.object({ defaultAction: v.nullish(v.string()), ipRules: ruleList, virtualNetworkRules: ruleList }),
  ),
}

const putSchema = v.object({
  location: v.string(),
  tags: tagsSchema,
  properties: v.object({
    ...changeableProperties,
    tenantId: v.string(),
    sku: v.object({ name: v.string() }),
  }),
})

const patchSchema = v.object({ tags: tagsSchema, properties: v.nullish(v.object(changeableProperties)) })

type WantedProperties = NonNullable<v.InferOutput<typeof patchSchema>["properties"]>

/** 200 whether it is new or not: that is what az has seen from vaults, unlike from other resources. */
export async function createOrUpdateVault(call: ArmCall): Promise<Answer> {
  const { context, caller, request } = call
  const { location, tags, properties } = parseBody(request, putSchema)
  assertOwnTenant(call, properties)
  if (properties.createMode?.toLowerCase() === "recover") {
    throw new ArmError("ResourceNotFound", `There is no deleted vault '${param(call, "name")}' to recover.`)
  }
  const { vault } = await domain.createOrUpdateVault(context, caller, {
    ...nameOf(call),
    ...toSettings(properties),
    location,
    tags: tags ?? {},
  })
  return ok(toBody(context, vault))
}

export async function getVault(call: ArmCall): Promise<Answer> {
  return ok(toBody(call.context, await domain.getVault(call.context, call.caller, nameOf(call))))
}

export async function updateVault(call: ArmCall): Promise<Answer> {
  const { context, caller, request } = call
  const { tags, properties } = parseBody(request, patchSchema)
  assertOwnTenant(call, properties ?? {})
  const changes = { ...toSettings(properties ?? {}), tags: given(tags) }
  return ok(toBody(context, await domain.updateVault(context, caller, nameOf(call), changes)))
}

export async function listVaults(call: ArmCall): Promise<Answer> {
  const { context, caller, params } = call
  const place = { subscriptionId: param(call, "subscriptionId"), resourceGroup: params["resourceGroup"] }
  const { vaults, next } = await domain.listVaults(context, caller, place, pageOf(call))
  return ok(
    toPage(
      call,
      vaults.map((vault) => toBody(context, vault)),
      next,
    ),
  )
}

/** Managed HSMs and deleted vaults: there are none, which az asks before it lists vaults. */
export async function listNone(call: ArmCall): Promise<Answer> {
  const { context, caller, params } = call
  const subscriptionId = param(call, "subscriptionId")
  const resourceGroup = params["resourceGroup"]
  if (resourceGroup === undefined) await getSubscription(context, caller, subscriptionId)
  else await getResourceGroup(context, caller, { subscriptionId, name: resourceGroup })
  return ok({ value: [] })
}

function nameOf(call: ArmCall): domain.VaultName {
  return {
    subscriptionId: param(call, "subscriptionId"),
    resourceGroup: param(call, "resourceGroup"),
    name: param(call, "name"),
  }
}

/** A vault trusts the tenant of its subscription, and no other can be named. */
function assertOwnTenant({ caller }: ArmCall, { tenantId }: { tenantId?: string | null | undefined }): void {
  if (tenantId == null || tenantId.toLowerCase() === caller.tenantId) return
  throw invalidContent(
    `The vault's tenant must be that of its subscription, '${caller.tenantId}'.`,
    "properties.tenantId",
  )
}

/** @see docs/decisions/0008-role-assignments-only.md for what is let go and what is refused */
function toSettings(properties: WantedProperties) {
  return {
    sku: given(properties.sku)?.name,
    softDelete: given(properties.enableSoftDelete),
    softDeleteRetentionDays: given(properties.softDeleteRetentionInDays),
    purgeProtection: given(properties.enablePurgeProtection),
    roleAssignmentsOnly: given(properties.enableRbacAuthorization),
    networkRestricted: isNetworkRestricted(properties),
  }
}

function isNetworkRestricted({ publicNetworkAccess, networkAcls }: WantedProperties): boolean {
  const { defaultAction, ipRules, virtualNetworkRules } = networkAcls ?? {}
  return (
    (publicNetworkAccess ?? "Enabled").toLowerCase() !== "enabled" ||
    (defaultAction ?? "Allow").toLowerCase() !== "allow" ||
    (ipRules ?? []).length + (virtualNetworkRules ?? []).length > 0
  )
}

function toBody({ endpoints }: ArmContext, vault: domain.Vault): ResourceBody<VaultProperties> {
  return {
    id: domain.vaultResourceId(vault),
    name: vault.name,
    type: resourceTypes.vault,
    location: vault.location,
    tags: vault.tags,
    properties: {
      tenantId: vault.tenantId,
      sku: { family: "A", name: vault.sku },
      accessPolicies: [],
      enabledForDeployment: false,
      enabledForDiskEncryption: false,
      enabledForTemplateDeployment: false,
      enableSoftDelete: true,
      softDeleteRetentionInDays: vault.softDeleteRetentionDays,
      enableRbacAuthorization: true,
      ...(vault.purgeProtection ? { enablePurgeProtection: true } : {}),
      vaultUri: `https://${vault.nameKey}.${endpoints.vaultSuffix}/`,
      provisioningState: "Succeeded",
      publicNetworkAccess: "Enabled",
    },
  }
}
