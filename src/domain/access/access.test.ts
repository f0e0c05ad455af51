import { describe, expect, test } from "vitest"
import { openTestContext, type TestContext } from "../../../test/context.ts"
import { DomainError } from "../errors.ts"
import {
  type Caller,
  createRoleAssignment,
  isAllowed,
  listRoleAssignments,
  requireDataAction,
  systemCaller,
} from "./index.ts"

const tenantId = "11111111-0000-0000-0000-000000000000"
const group = "/subscriptions/s1/resourceGroups/g1"
const vault = `${group}/providers/Microsoft.KeyVault/vaults/demo`
const getSecret = "Microsoft.KeyVault/vaults/secrets/getSecret/action"
const setSecret = "Microsoft.KeyVault/vaults/secrets/setSecret/action"

async function openWithCaller(): Promise<{ context: TestContext; caller: Caller }> {
  const context = await openTestContext()
  const principalId = context.ids.guid()
  await context.store.transaction(async (tx) => {
    await tx.tenants.insert({ id: tenantId, domain: "contoso.test", displayName: "Contoso", createdAt: 0 })
    await tx.servicePrincipals.insert({
      id: principalId,
      tenantId,
      appId: "app-1",
      displayName: "reader",
      kind: "application",
      enabled: true,
      createdAt: 0,
    })
  })
  const caller: Caller = {
    tenantId,
    principalId,
    principalType: "ServicePrincipal",
    appId: "app-1",
    displayName: "reader",
    correlationId: "c",
  }
  return { context, caller }
}

async function assign(context: TestContext, caller: Caller, role: string, assignmentScope: string) {
  return createRoleAssignment(context, systemCaller(tenantId), {
    id: context.ids.guid(),
    assignmentScope,
    roleDefinitionId: role,
    principalId: caller.principalId,
  })
}

describe("access", () => {
  test("is denied by default", async () => {
    const { context, caller } = await openWithCaller()

    expect(await isAllowed(context, caller, { dataAction: getSecret }, vault)).toBe(false)
  })

  test.each([
    ["the vault itself", vault],
    ["its resource group", group],
    ["its subscription", "/subscriptions/s1"],
    ["the same vault in other letter case", vault.toUpperCase()],
  ])("is granted by a role at %s", async (_where, assignmentScope) => {
    const { context, caller } = await openWithCaller()

    await assign(context, caller, "Key Vault Secrets User", assignmentScope)

    expect(await isAllowed(context, caller, { dataAction: getSecret }, `${vault}/secrets/s`)).toBe(true)
    expect(await isAllowed(context, caller, { dataAction: setSecret }, `${vault}/secrets/s`)).toBe(false)
  })

  test.each([
    ["a vault whose name goes on", `${vault}-2`, `${vault}/secrets/s`],
    ["a vault, for one whose name goes on", vault, `${vault}-2/secrets/s`],
    ["a single object, for another object", `${vault}/secrets/other`, `${vault}/secrets/s`],
    ["a single object, for one whose name goes on", `${vault}/secrets/s`, `${vault}/secrets/s2`],
    ["a single object, for its vault", `${vault}/secrets/s`, vault],
  ])("is not granted by a role at %s", async (_where, assignmentScope, target) => {
    const { context, caller } = await openWithCaller()

    await assign(context, caller, "Key Vault Secrets User", assignmentScope)

    expect(await isAllowed(context, caller, { dataAction: getSecret }, target)).toBe(false)
  })

  test("to data is not granted by owning the vault", async () => {
    const { context, caller } = await openWithCaller()

    await assign(context, caller, "Owner", vault)

    expect(await isAllowed(context, caller, { action: "Microsoft.KeyVault/vaults/write" }, vault)).toBe(true)
    expect(await isAllowed(context, caller, { dataAction: getSecret }, `${vault}/secrets/s`)).toBe(false)
  })

  test("to manage access is not granted to a contributor", async () => {
    const { context, caller } = await openWithCaller()

    await assign(context, caller, "Contributor", vault)

    const write = { action: "Microsoft.Authorization/roleAssignments/write" }
    expect(await isAllowed(context, caller, write, vault)).toBe(false)
  })

  test("granted in one tenant counts for nothing in another", async () => {
    const { context, caller } = await openWithCaller()
    await assign(context, caller, "Key Vault Administrator", vault)

    const foreigner = { ...caller, tenantId: "22222222-0000-0000-0000-000000000000" }

    expect(await isAllowed(context, foreigner, { dataAction: getSecret }, vault)).toBe(false)
  })

  test("is gone as soon as the assignment is", async () => {
    const { context, caller } = await openWithCaller()
    const { assignment } = await assign(context, caller, "Key Vault Secrets User", vault)
    expect(await isAllowed(context, caller, { dataAction: getSecret }, vault)).toBe(true)

    await context.store.transaction(async (tx) => {
      await tx.roleAssignments.delete({ id: assignment.id })
    })

    expect(await isAllowed(context, caller, { dataAction: getSecret }, vault)).toBe(false)
  })

  test("refused names the action, the scope and the caller, and is in the audit log", async () => {
    const { context, caller } = await openWithCaller()

    const refused = await requireDataAction(context, caller, getSecret, vault).catch((error) => error)

    expect(refused).toBeInstanceOf(DomainError)
    expect(refused.kind).toBe("forbidden")
    expect(refused.denied).toEqual({
      action: getSecret,
      assignmentScope: vault,
      tenantId,
      principalId: caller.principalId,
      appId: "app-1",
    })
    expect(await context.store.auditEvents.list({})).toEqual([
      expect.objectContaining({
        actor: caller.principalId,
        action: getSecret,
        target: vault,
        outcome: "denied",
      }),
    ])
  })
})

describe("createRoleAssignment()", () => {
  test("changes nothing when repeated under the same id", async () => {
    const { context, caller } = await openWithCaller()
    const request = {
      id: context.ids.guid(),
      assignmentScope: vault,
      roleDefinitionId: "Key Vault Reader",
      principalId: caller.principalId,
    }

    const first = await createRoleAssignment(context, systemCaller(tenantId), request)
    const second = await createRoleAssignment(context, systemCaller(tenantId), request)

    expect(first.created).toBe(true)
    expect(second).toEqual({ assignment: first.assignment, created: false })
  })

  test.each([
    ["under another id", "alreadyExists", "Key Vault Reader", undefined],
    ["of a role that does not exist", "invalidInput", "Key Vault King", undefined],
    ["to a principal that does not exist", "invalidInput", "Owner", "99999999-0000-0000-0000-000000000000"],
  ])("refuses an assignment %s", async (_what, kind, role, stranger) => {
    const { context, caller } = await openWithCaller()
    await assign(context, caller, "Key Vault Reader", vault)

    const refused = await createRoleAssignment(context, systemCaller(tenantId), {
      id: context.ids.guid(),
      assignmentScope: vault,
      roleDefinitionId: role,
      principalId: stranger ?? caller.principalId,
    }).catch((error) => error)

    expect(refused.kind).toBe(kind)
    expect(await context.store.roleAssignments.list({})).toHaveLength(1)
  })

  test("refuses a caller who may not manage access, an owner of the scope may", async () => {
    const { context, caller } = await openWithCaller()
    const request = {
      id: context.ids.guid(),
      assignmentScope: vault,
      roleDefinitionId: "Key Vault Reader",
      principalId: caller.principalId,
    }

    await expect(createRoleAssignment(context, caller, request)).rejects.toMatchObject({ kind: "forbidden" })
    await assign(context, caller, "Owner", group)

    expect(await createRoleAssignment(context, caller, request)).toMatchObject({ created: true })
  })

  test("reads a scope full of slashes in no time", async () => {
    const { context, caller } = await openWithCaller()
    const startedAt = performance.now()

    const listing = listRoleAssignments(context, caller, `${group}${"/".repeat(60_000)}g2`)

    await expect(listing).rejects.toMatchObject({ kind: "forbidden" })
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })

  test.each(["/subscriptions/s1///", "subscriptions/s1", "///subscriptions/s1"])(
    "takes %j for the scope that it is",
    async (scope) => {
      const { context, caller } = await openWithCaller()

      const { assignment } = await assign(context, caller, "Reader", scope)

      expect(assignment.scope).toBe("/subscriptions/s1")
    },
  )
})
