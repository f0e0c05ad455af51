import { describe, test } from "vitest"
import { testNow } from "../../../test/context.ts"
import { openTestInstallation, testSubscriptionId, testTenantId } from "../../../test/installation.ts"
import {
  createOrUpdateManagedIdentity,
  deleteManagedIdentity,
  findManagedIdentity,
  getManagedIdentity,
  listManagedIdentities,
  managedIdentityResourceId,
} from "./index.ts"

const place = { subscriptionId: testSubscriptionId, resourceGroup: "keybearer" }
const request = { ...place, name: "Worker", location: "East US", tags: { team: "a" } }

describe("createOrUpdateManagedIdentity", () => {
  test("makes an identity with a service principal of its own", async ({ expect }) => {
    const { context, operator } = await openTestInstallation()

    const { identity, created } = await createOrUpdateManagedIdentity(context, operator, request)

    expect(created).toBe(true)
    expect(identity).toEqual({
      id: identity.id,
      tenantId: testTenantId,
      subscriptionId: testSubscriptionId,
      resourceGroup: "keybearer",
      name: "Worker",
      nameKey: "worker",
      location: "eastus",
      tags: { team: "a" },
      clientId: identity.clientId,
      servicePrincipalId: identity.servicePrincipalId,
      createdAt: testNow,
    })
    expect(await context.store.servicePrincipals.find({ id: identity.servicePrincipalId })).toEqual({
      id: identity.servicePrincipalId,
      tenantId: testTenantId,
      appId: identity.clientId,
      displayName: "Worker",
      kind: "managedIdentity",
      enabled: true,
      createdAt: testNow,
    })
  })

  test("replaces the tags of the one there is and keeps its ids", async ({ expect }) => {
    const { context, operator } = await openTestInstallation()
    const { identity } = await createOrUpdateManagedIdentity(context, operator, request)

    const again = await createOrUpdateManagedIdentity(context, operator, {
      ...request,
      name: "WORKER",
      tags: {},
    })

    expect(again).toEqual({ identity: { ...identity, tags: {} }, created: false })
    expect(await listManagedIdentities(context, operator, place)).toEqual([{ ...identity, tags: {} }])
  })

  test.for([
    ["a name of two characters", { name: "ab" }, { kind: "invalidInput", target: "name" }],
    ["a name with a dot", { name: "a.bc" }, { kind: "invalidInput", target: "name" }],
    ["a location that is no name", { location: "../x" }, { kind: "invalidInput", target: "location" }],
    ["a tag that is no text", { tags: { a: 1 } }, { kind: "invalidInput", target: "tags" }],
    ["an unknown group", { resourceGroup: "nowhere" }, { kind: "notFound", subject: "resourceGroup" }],
  ] as const)("refuses %s and makes nothing", async ([, fault, error], { expect }) => {
    const { context, operator } = await openTestInstallation()

    const attempt = createOrUpdateManagedIdentity(context, operator, { ...request, ...fault })

    await expect(attempt).rejects.toMatchObject(error)
    expect(await context.store.managedIdentities.list({})).toEqual([])
  })

  test("refuses another location for the one there is", async ({ expect }) => {
    const { context, operator } = await openTestInstallation()
    await createOrUpdateManagedIdentity(context, operator, request)

    const move = createOrUpdateManagedIdentity(context, operator, { ...request, location: "westus" })

    await expect(move).rejects.toMatchObject({ kind: "conflict", reason: "location" })
  })

  test("is refused to who has no role", async ({ expect }) => {
    const { context, stranger } = await openTestInstallation()

    const attempt = createOrUpdateManagedIdentity(context, stranger, request)

    await expect(attempt).rejects.toMatchObject({
      kind: "forbidden",
      denied: { action: "Microsoft.ManagedIdentity/userAssignedIdentities/write" },
    })
  })
})

test("an identity is found by client id, object id and ARM id, whatever the letter case", async ({
  expect,
}) => {
  const { context, operator } = await openTestInstallation()
  const { identity } = await createOrUpdateManagedIdentity(context, operator, request)
  const resourceId = managedIdentityResourceId(identity)

  expect(resourceId).toBe(
    `/subscriptions/${testSubscriptionId}/resourceGroups/keybearer/providers/Microsoft.ManagedIdentity/userAssignedIdentities/Worker`,
  )
  for (const by of [
    { clientId: identity.clientId.toUpperCase() },
    { objectId: identity.servicePrincipalId.toUpperCase() },
    { resourceId: resourceId.toUpperCase() },
  ]) {
    expect(await findManagedIdentity(context, by)).toEqual(identity)
  }
  expect(await findManagedIdentity(context, { clientId: identity.servicePrincipalId })).toBeUndefined()
  expect(await findManagedIdentity(context, { resourceId: `${resourceId}/more` })).toBeUndefined()
})

test("a deleted identity is gone with its service principal", async ({ expect }) => {
  const { context, operator } = await openTestInstallation()
  const { identity } = await createOrUpdateManagedIdentity(context, operator, request)

  expect(await deleteManagedIdentity(context, operator, { ...place, name: "worker" })).toBe(true)

  expect(await deleteManagedIdentity(context, operator, { ...place, name: "worker" })).toBe(false)
  expect(await context.store.servicePrincipals.find({ id: identity.servicePrincipalId })).toBeUndefined()
  await expect(getManagedIdentity(context, operator, { ...place, name: "worker" })).rejects.toMatchObject({
    kind: "notFound",
    subject: "managedIdentity",
  })
})
