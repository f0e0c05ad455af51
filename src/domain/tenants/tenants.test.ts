import { describe, test } from "vitest"
import { openTestContext, testNow } from "../../../test/context.ts"
import { type Caller, systemCaller } from "../access/index.ts"
import {
  createSubscription,
  createTenant,
  findDefaultTenant,
  findSubscription,
  findTenant,
  listSubscriptions,
  setDefaultTenant,
} from "./index.ts"

const tenantId = "3b0cb9a0-1c3d-4c5a-9d0e-0f1a2b3c4d5e"
const system = systemCaller(tenantId)

function userCaller(principalId: string): Caller {
  return { ...system, principalId, principalType: "User", displayName: principalId }
}

describe("findTenant", () => {
  test("finds a tenant by its id and by its domain, whatever the letter case", async ({ expect }) => {
    const context = await openTestContext()
    const tenant = await createTenant(context, system, { id: tenantId, domain: "Contoso.Example" })

    expect(tenant).toEqual({
      id: tenantId,
      domain: "contoso.example",
      displayName: "contoso.example",
      createdAt: testNow,
    })
    expect(await findTenant(context, tenantId.toUpperCase())).toEqual(tenant)
    expect(await findTenant(context, "CONTOSO.example")).toEqual(tenant)
  })

  test("finds nothing under a word, and finds a tenant made after it was asked for", async ({ expect }) => {
    const context = await openTestContext()

    expect(await findTenant(context, "common")).toBeUndefined()
    expect(await findTenant(context, "contoso.example")).toBeUndefined()

    await createTenant(context, system, { id: tenantId, domain: "contoso.example" })
    expect((await findTenant(context, "contoso.example"))?.id).toBe(tenantId)
  })
})

describe("createTenant", () => {
  test.for([
    ["an id that is no GUID", { id: "contoso", domain: "contoso.example" }, "id"],
    [
      "the GUID that means consumers",
      { id: "9188040d-6c67-4c5b-b112-36a304b66dad", domain: "a.example" },
      "id",
    ],
    ["a domain without a dot", { domain: "common" }, "domain"],
    ["a domain with a slash", { domain: "a.example/x" }, "domain"],
  ] as const)("refuses %s", async ([, request, target], { expect }) => {
    const context = await openTestContext()

    await expect(createTenant(context, system, request)).rejects.toMatchObject({
      kind: "invalidInput",
      subject: "tenant",
      target,
    })
    expect(await context.store.tenants.list({})).toEqual([])
  })

  test("refuses a domain that another tenant has", async ({ expect }) => {
    const context = await openTestContext()
    await createTenant(context, system, { domain: "contoso.example" })

    const again = createTenant(context, system, { domain: "CONTOSO.example" })

    await expect(again).rejects.toMatchObject({ kind: "alreadyExists", subject: "tenant" })
  })

  test("is for keybearer itself only", async ({ expect }) => {
    const context = await openTestContext()

    const attempt = createTenant(context, userCaller("mallory"), { domain: "contoso.example" })

    await expect(attempt).rejects.toMatchObject({ kind: "forbidden" })
  })
})

test("the default tenant is the one that was named so", async ({ expect }) => {
  const context = await openTestContext()
  expect(await findDefaultTenant(context)).toBeUndefined()

  const tenant = await createTenant(context, system, { domain: "contoso.example" })
  await context.store.transaction((tx) => setDefaultTenant(tx, tenant.id))

  expect(await findDefaultTenant(context)).toEqual(tenant)
})

describe("subscriptions", () => {
  test("are seen by those who have a role at them or below, and by nobody else", async ({ expect }) => {
    const context = await openTestContext()
    const tenant = await createTenant(context, system, { id: tenantId, domain: "contoso.example" })
    const subscription = await createSubscription(context, system, {
      tenantId: tenant.id,
      displayName: "Main",
    })
    await context.store.transaction((tx) =>
      tx.roleAssignments.insert({
        id: context.ids.guid(),
        tenantId,
        scope: `/subscriptions/${subscription.id}/resourceGroups/rg`,
        scopeKey: `/subscriptions/${subscription.id}/resourcegroups/rg`,
        roleDefinitionId: "acdd72a7-3385-48ef-bd42-f606fba81ae7",
        principalId: "alice",
        principalType: "User",
        description: null,
        createdAt: testNow,
        createdBy: "system",
      }),
    )

    expect(await listSubscriptions(context, system)).toEqual([subscription])
    expect(await listSubscriptions(context, userCaller("alice"))).toEqual([subscription])
    expect(await listSubscriptions(context, userCaller("bob"))).toEqual([])
  })

  test("of another tenant do not exist for the caller", async ({ expect }) => {
    const context = await openTestContext()
    const other = await createTenant(context, system, { domain: "other.example" })
    const theirs = await createSubscription(context, system, { tenantId: other.id, displayName: "Theirs" })

    expect(await findSubscription(context, system, theirs.id)).toBeUndefined()
    expect(await findSubscription(context, systemCaller(other.id), theirs.id.toUpperCase())).toEqual(theirs)
  })
})
