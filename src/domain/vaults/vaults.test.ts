import { describe, test } from "vitest"
import { testNow } from "../../../test/context.ts"
import { openTestInstallation, testSubscriptionId, testTenantId } from "../../../test/installation.ts"
import { systemCaller } from "../access/index.ts"
import { createOrUpdateResourceGroup } from "../resource-groups/index.ts"
import { createSubscription, createTenant } from "../tenants/index.ts"
import { createOrUpdateVault, findVault, getVault, listVaults, updateVault } from "./index.ts"

const place = { subscriptionId: testSubscriptionId, resourceGroup: "keybearer" }
const request = { ...place, name: "Corellian-1", location: "eastus" }

describe("createOrUpdateVault", () => {
  test("makes a vault with a sealing key of its own", async ({ expect }) => {
    const { context, operator } = await openTestInstallation()

    const { vault, created } = await createOrUpdateVault(context, operator, { ...request, tags: { a: "b" } })

    expect(created).toBe(true)
    expect(vault).toEqual({
      id: vault.id,
      tenantId: testTenantId,
      subscriptionId: testSubscriptionId,
      resourceGroup: "keybearer",
      name: "Corellian-1",
      nameKey: "corellian-1",
      location: "eastus",
      tags: { a: "b" },
      sku: "standard",
      softDeleteRetentionDays: 90,
      purgeProtection: false,
      dataKeyId: vault.dataKeyId,
      createdAt: testNow,
    })
    expect((await context.keyring.sealingKey(vault.dataKeyId)).id).toBe(vault.dataKeyId)
    expect(await findVault(context, "CORELLIAN-1")).toEqual(vault)
  })

  test("replaces tags and settings of the one there is and keeps its key", async ({ expect }) => {
    const { context, operator } = await openTestInstallation()
    const { vault } = await createOrUpdateVault(context, operator, { ...request, tags: { a: "b" } })
    expect(await findVault(context, vault.name)).toEqual(vault)
    const keysBefore = await context.store.dataKeys.list({})

    const again = await createOrUpdateVault(context, operator, {
      ...request,
      sku: "Premium",
      purgeProtection: true,
    })

    const expected = { ...vault, tags: {}, sku: "premium", purgeProtection: true }
    expect(again).toEqual({ vault: expected, created: false })
    expect(await findVault(context, vault.name)).toEqual(expected)
    expect(await context.store.dataKeys.list({})).toEqual(keysBefore)
  })

  test.for(["ab", "a".repeat(25), "1abc", "abc-", "a--b", "a_bc", "vault.x", "a/b", "väult"])(
    "refuses the name %j",
    async (name, { expect }) => {
      const { context, operator } = await openTestInstallation()

      await expect(createOrUpdateVault(context, operator, { ...request, name })).rejects.toMatchObject({
        kind: "invalidInput",
        subject: "vault",
        reason: "name",
      })
      expect(await context.store.vaults.list({})).toEqual([])
    },
  )

  test.for(["abc", "a".repeat(24), "a-b-c", "X1z"])("takes the name %j", async (name, { expect }) => {
    const { context, operator } = await openTestInstallation()

    expect((await createOrUpdateVault(context, operator, { ...request, name })).vault.name).toBe(name)
  })

  test.for([
    ["6 days of retention", { softDeleteRetentionDays: 6 }, "softDeleteRetentionInDays"],
    ["91 days of retention", { softDeleteRetentionDays: 91 }, "softDeleteRetentionInDays"],
    ["half a day more", { softDeleteRetentionDays: 7.5 }, "softDeleteRetentionInDays"],
    ["an unknown SKU", { sku: "gold" }, "sku"],
    ["a vault without soft delete", { softDelete: false }, "enableSoftDelete"],
    ["access policies", { roleAssignmentsOnly: false }, "enableRbacAuthorization"],
    ["network rules", { networkRestricted: true }, "networkAcls"],
    ["a tag that is too long", { tags: { a: "x".repeat(257) } }, "tags"],
  ] as const)("refuses %s and makes nothing, not even a key", async ([, fault, target], { expect }) => {
    const { context, operator } = await openTestInstallation()
    const keysBefore = await context.store.dataKeys.list({})

    await expect(createOrUpdateVault(context, operator, { ...request, ...fault })).rejects.toMatchObject({
      kind: "invalidInput",
      target,
    })
    expect(await context.store.vaults.list({})).toEqual([])
    expect(await context.store.dataKeys.list({})).toEqual(keysBefore)
  })

  test.for([
    ["another retention", { softDeleteRetentionDays: 7 }, { target: "softDeleteRetentionInDays" }],
    ["no purge protection any more", { purgeProtection: false }, { target: "enablePurgeProtection" }],
    ["another location", { location: "westus" }, { kind: "conflict", reason: "location" }],
  ] as const)("refuses %s for the one there is", async ([, fault, error], { expect }) => {
    const { context, operator } = await openTestInstallation()
    const { vault } = await createOrUpdateVault(context, operator, { ...request, purgeProtection: true })

    await expect(createOrUpdateVault(context, operator, { ...request, ...fault })).rejects.toMatchObject(
      error,
    )
    expect(await findVault(context, vault.name)).toEqual(vault)
  })

  test("refuses a name that another resource group or another tenant has", async ({ expect }) => {
    const { context, operator } = await openTestInstallation()
    await createOrUpdateVault(context, operator, request)
    await createOrUpdateResourceGroup(context, operator, { ...place, name: "other", location: "eastus" })
    const { id: tenantId } = await createTenant(context, systemCaller(testTenantId), {
      domain: "other.example",
    })
    const theirs = systemCaller(tenantId)
    const { id } = await createSubscription(context, theirs, { tenantId, displayName: "Theirs" })
    await createOrUpdateResourceGroup(context, theirs, { subscriptionId: id, name: "rg", location: "eastus" })
    const taken = { kind: "alreadyExists", subject: "vault" }

    const inOtherGroup = createOrUpdateVault(context, operator, { ...request, resourceGroup: "other" })
    await expect(inOtherGroup).rejects.toMatchObject(taken)
    const inOtherTenant = createOrUpdateVault(context, theirs, {
      ...request,
      subscriptionId: id,
      resourceGroup: "rg",
      name: "CORELLIAN-1",
    })
    await expect(inOtherTenant).rejects.toMatchObject(taken)
  })

  test("makes one vault of twenty equal requests at once", async ({ expect }) => {
    const { context, operator } = await openTestInstallation()

    const answers = await Promise.all(
      Array.from({ length: 20 }, () => createOrUpdateVault(context, operator, request)),
    )

    expect(answers.filter(({ created }) => created)).toHaveLength(1)
    expect(new Set(answers.map(({ vault }) => vault.id)).size).toBe(1)
  })

  test("is refused to who has no role, before the name is looked at", async ({ expect }) => {
    const { context, stranger } = await openTestInstallation()

    await expect(createOrUpdateVault(context, stranger, { ...request, name: "1" })).rejects.toMatchObject({
      kind: "forbidden",
      denied: {
        action: "Microsoft.KeyVault/vaults/write",
        assignmentScope: `/subscriptions/${testSubscriptionId}/resourceGroups/keybearer/providers/Microsoft.KeyVault/vaults/1`,
        principalId: stranger.principalId,
        appId: stranger.appId,
        tenantId: testTenantId,
      },
    })
  })
})

describe("getVault", () => {
  test("finds a vault in its own group only", async ({ expect }) => {
    const { context, operator } = await openTestInstallation()
    const { vault } = await createOrUpdateVault(context, operator, request)
    await createOrUpdateResourceGroup(context, operator, { ...place, name: "other", location: "eastus" })

    expect(
      await getVault(context, operator, { ...place, resourceGroup: "KEYBEARER", name: "corellian-1" }),
    ).toEqual(vault)
    await expect(
      getVault(context, operator, { ...place, resourceGroup: "other", name: "corellian-1" }),
    ).rejects.toMatchObject({
      kind: "notFound",
      detail:
        "The Resource 'Microsoft.KeyVault/vaults/corellian-1' under resource group 'other' was not found.",
    })
  })
})

describe("listVaults", () => {
  test("answers page by page, in order of name, by group and by subscription", async ({ expect }) => {
    const { context, operator } = await openTestInstallation()
    await createOrUpdateResourceGroup(context, operator, { ...place, name: "other", location: "eastus" })
    for (const name of ["vault-c", "vault-a", "Vault-B"]) {
      await createOrUpdateVault(context, operator, { ...request, name })
    }
    await createOrUpdateVault(context, operator, { ...request, name: "vault-d", resourceGroup: "other" })
    const namesOf = async (
      where: Parameters<typeof listVaults>[2],
      page: Parameters<typeof listVaults>[3],
    ) => {
      const { vaults, next } = await listVaults(context, operator, where, page)
      return [vaults.map(({ name }) => name), next]
    }

    expect(await namesOf(place, { limit: 2 })).toEqual([["vault-a", "Vault-B"], "vault-b"])
    expect(await namesOf(place, { limit: 2, after: "vault-b" })).toEqual([["vault-c"], undefined])
    expect(await namesOf({ subscriptionId: testSubscriptionId }, { limit: 4 })).toEqual([
      ["vault-a", "Vault-B", "vault-c", "vault-d"],
      undefined,
    ])
  })
})

describe("updateVault", () => {
  test("changes what is given and leaves the rest", async ({ expect }) => {
    const { context, operator } = await openTestInstallation()
    const { vault } = await createOrUpdateVault(context, operator, { ...request, tags: { a: "b" } })

    const protectedVault = await updateVault(context, operator, request, { purgeProtection: true })
    const tagged = await updateVault(context, operator, request, { tags: { c: "d" } })

    expect(protectedVault).toEqual({ ...vault, purgeProtection: true })
    expect(tagged).toEqual({ ...vault, purgeProtection: true, tags: { c: "d" } })
  })

  test("cannot take purge protection back", async ({ expect }) => {
    const { context, operator } = await openTestInstallation()
    await createOrUpdateVault(context, operator, { ...request, purgeProtection: true })

    await expect(updateVault(context, operator, request, { purgeProtection: false })).rejects.toMatchObject({
      kind: "invalidInput",
      target: "enablePurgeProtection",
    })
  })
})
