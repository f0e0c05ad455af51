import { describe, test } from "vitest"
import { openTestContext, type TestContext, testNow } from "../../../test/context.ts"
import { digestSecret } from "../../crypto/secret-hash.ts"
import { type Caller, isAllowed } from "../access/index.ts"
import { verifyChain } from "../audit/index.ts"
import { findDefaultTenant } from "../tenants/index.ts"
import { verifyUserPassword } from "../users/index.ts"
import {
  confirmHandover,
  type FirstCredentials,
  isReady,
  prepareHandover,
  prepareInstallation,
} from "./index.ts"

const options = { tenantDomain: "keybearer.local", region: "local" }

function begin(context: TestContext): Promise<FirstCredentials> {
  return prepareInstallation(context, options)
}

/** Every record of every collection that a start may touch. */
async function contentOf({ store }: TestContext): Promise<unknown> {
  return Promise.all([
    store.settings.list({}),
    store.tenants.list({}),
    store.subscriptions.list({}),
    store.resourceGroups.list({}),
    store.users.list({}),
    store.applications.list({}),
    store.servicePrincipals.list({}),
    store.clientSecrets.list({}),
    store.roleAssignments.list({}),
    store.appTokenIdentities.list({}),
    store.auditEvents.list({}),
  ])
}

describe("the first start", () => {
  test("makes tenant, subscription, resource group and the administrator's app-token identity", async ({
    expect,
  }) => {
    const context = await openTestContext()

    const { tenantId, subscriptionId } = await begin(context)

    expect(await findDefaultTenant(context)).toEqual({
      id: tenantId,
      domain: "keybearer.local",
      displayName: "keybearer.local",
      createdAt: testNow,
    })
    expect(await context.store.subscriptions.list({})).toEqual([
      { id: subscriptionId, tenantId, displayName: "keybearer", createdAt: testNow },
    ])
    expect(await context.store.resourceGroups.list({})).toEqual([
      {
        subscriptionId,
        nameKey: "keybearer",
        name: "keybearer",
        location: "local",
        tags: {},
        createdAt: testNow,
      },
    ])
    const [user] = await context.store.users.list({})
    expect(await context.store.appTokenIdentities.list({})).toEqual([
      {
        id: 1,
        name: "admin@keybearer.local",
        nameKey: "admin@keybearer.local",
        tokenRoles: ["Administrator"],
        userId: user?.id,
        passwordHash: null,
        createdAt: testNow,
      },
    ])
    expect((await verifyChain(context)).whole).toBe(true)
  })

  test("takes the ids it is told to", async ({ expect }) => {
    const context = await openTestContext()
    const tenantId = "11111111-1111-1111-1111-111111111111"
    const subscriptionId = "22222222-2222-2222-2222-222222222222"

    const credentials = await prepareInstallation(context, { ...options, tenantId, subscriptionId })

    expect(credentials).toMatchObject({ tenantId, subscriptionId, tenantDomain: "keybearer.local" })
  })

  test("hands out credentials that work, and stores neither in clear", async ({ expect }) => {
    const context = await openTestContext()

    const { administrator, operator } = await begin(context)

    expect((await verifyUserPassword(context, administrator)).displayName).toBe("Administrator")
    const [secret] = await context.store.clientSecrets.list({})
    expect(secret?.appId).toBe(operator.clientId)
    expect(secret?.secretDigest).toEqual(
      new Uint8Array(digestSecret(context.keyring.pepper, operator.clientSecret)),
    )
    const content = JSON.stringify(await contentOf(context))
    expect(content).not.toContain(administrator.password)
    expect(content).not.toContain(operator.clientSecret)
  })

  test("lets administrator and operator manage everything and read no data", async ({ expect }) => {
    const context = await openTestContext()
    const { tenantId, subscriptionId } = await begin(context)
    const [user] = await context.store.users.list({})
    const [operator] = await context.store.servicePrincipals.list({})
    const scope = `/subscriptions/${subscriptionId}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/v`

    for (const principalId of [user?.id ?? "", operator?.id ?? ""]) {
      const caller: Caller = {
        tenantId,
        principalId,
        principalType: "User",
        appId: null,
        displayName: "x",
        correlationId: "x",
      }
      const may = (question: Parameters<typeof isAllowed>[2]) => isAllowed(context, caller, question, scope)
      expect(await may({ action: "Microsoft.KeyVault/vaults/write" })).toBe(true)
      expect(await may({ action: "Microsoft.Authorization/roleAssignments/write" })).toBe(true)
      expect(await may({ dataAction: "Microsoft.KeyVault/vaults/secrets/getSecret/action" })).toBe(false)
    }
  })

  test("refuses a malformed domain and leaves the store empty", async ({ expect }) => {
    const context = await openTestContext()

    const attempt = prepareInstallation(context, { ...options, tenantDomain: "no domain" })

    await expect(attempt).rejects.toMatchObject({ kind: "invalidInput", subject: "tenant", target: "domain" })
    expect((await contentOf(context)) as unknown[][]).toEqual(Array.from({ length: 11 }, () => []))
  })
})

describe("a later start", () => {
  test("makes nothing and shows nothing once the credentials were handed over", async ({ expect }) => {
    const context = await openTestContext()
    await begin(context)
    await confirmHandover(context)
    const before = await contentOf(context)

    const again = await prepareHandover(context, {
      ...options,
      tenantDomain: "another.example",
      identityHeader: "header",
    })

    expect(again).toBeUndefined()
    expect(await contentOf(context)).toEqual(before)
  })

  // Protects the operator from being locked out by a kill between making credentials and showing them.
  test("makes new credentials in place of those that nobody has seen", async ({ expect }) => {
    const context = await openTestContext()
    const unseen = await begin(context)

    const seen = await begin(context)

    expect(seen).toEqual({
      ...unseen,
      administrator: { ...unseen.administrator, password: seen.administrator.password },
      operator: { ...unseen.operator, clientSecret: seen.operator.clientSecret },
    })
    await expect(verifyUserPassword(context, unseen.administrator)).rejects.toThrow("wrong")
    expect((await verifyUserPassword(context, seen.administrator)).displayName).toBe("Administrator")
    expect(await context.store.clientSecrets.list({})).toHaveLength(1)
  })
})

describe("readiness", () => {
  test("comes with the handover and not before", async ({ expect }) => {
    const context = await openTestContext()
    expect(await isReady(context)).toBe(false)

    await begin(context)
    expect(await isReady(context)).toBe(false)

    await confirmHandover(context)
    expect(await isReady(context)).toBe(true)
  })

  test("ends with the store", async ({ expect }) => {
    const context = await openTestContext()
    await begin(context)
    await confirmHandover(context)

    await context.store.close()

    expect(await isReady(context)).toBe(false)
  })
})
