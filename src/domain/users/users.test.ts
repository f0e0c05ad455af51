import { describe, test } from "vitest"
import { openTestContext, type TestContext, testNow } from "../../../test/context.ts"
import { systemCaller } from "../access/index.ts"
import { createTenant } from "../tenants/index.ts"
import { createUser, setUserPassword, verifyUserPassword } from "./index.ts"

const tenantId = "3b0cb9a0-1c3d-4c5a-9d0e-0f1a2b3c4d5e"
const system = systemCaller(tenantId)
const password = "correct horse battery"

async function openWithTenant(): Promise<TestContext> {
  const context = await openTestContext()
  await createTenant(context, system, { id: tenantId, domain: "contoso.example" })
  return context
}

describe("createUser", () => {
  test("keeps an argon2id hash and nothing of the password", async ({ expect }) => {
    const context = await openWithTenant()

    const user = await createUser(context, system, { userPrincipalName: "Alice@contoso.example", password })

    expect(user).toEqual({
      id: user.id,
      tenantId,
      userPrincipalName: "Alice@contoso.example",
      userPrincipalNameKey: "alice@contoso.example",
      displayName: "Alice",
      passwordHash: user.passwordHash,
      enabled: true,
      createdAt: testNow,
    })
    expect(user.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(await context.store.users.find({ id: user.id })).toEqual(user)
  })

  test.for([
    ["a name without a domain", { userPrincipalName: "alice" }, "userPrincipalName"],
    ["a domain that is another tenant's", { userPrincipalName: "alice@other.example" }, "userPrincipalName"],
    ["a name with a line break", { userPrincipalName: "a\nb@contoso.example" }, "userPrincipalName"],
    ["a password of seven characters", { password: "1234567" }, "password"],
    ["a password of 1,025 bytes", { password: "x".repeat(1025) }, "password"],
    ["an id that is no GUID", { id: "1" }, "id"],
  ] as const)("refuses %s and makes nothing", async ([, fault, target], { expect }) => {
    const context = await openWithTenant()
    const request = { userPrincipalName: "alice@contoso.example", password, ...fault }

    await expect(createUser(context, system, request)).rejects.toMatchObject({ kind: "invalidInput", target })
    expect(await context.store.users.list({})).toEqual([])
  })

  test("refuses a name that differs in letter case only", async ({ expect }) => {
    const context = await openWithTenant()
    await createUser(context, system, { userPrincipalName: "alice@contoso.example", password })

    const again = createUser(context, system, { userPrincipalName: "ALICE@contoso.example", password })

    await expect(again).rejects.toMatchObject({ kind: "alreadyExists", subject: "user" })
  })
})

describe("verifyUserPassword", () => {
  test("answers the user whose password it is, whatever the letter case of the name", async ({ expect }) => {
    const context = await openWithTenant()
    const user = await createUser(context, system, { userPrincipalName: "alice@contoso.example", password })

    const proven = await verifyUserPassword(context, { userPrincipalName: "ALICE@contoso.example", password })

    expect(proven).toEqual(user)
  })

  test("refuses an unknown name, a wrong password and a disabled user in the same words", async ({
    expect,
  }) => {
    const context = await openWithTenant()
    const disabled = await createUser(context, system, { userPrincipalName: "bob@contoso.example", password })
    await createUser(context, system, { userPrincipalName: "alice@contoso.example", password })
    await context.store.transaction((tx) => tx.users.update({ ...disabled, enabled: false }))
    const refusal = {
      kind: "unauthenticated",
      subject: "user",
      detail: "The user name or password is wrong",
    }

    for (const attempt of [
      { userPrincipalName: "nobody@contoso.example", password },
      { userPrincipalName: "alice@contoso.example", password: `${password}!` },
      { userPrincipalName: "bob@contoso.example", password },
    ]) {
      await expect(verifyUserPassword(context, attempt)).rejects.toMatchObject(refusal)
    }
  })
})

test("a new password replaces the old one", async ({ expect }) => {
  const context = await openWithTenant()
  const userPrincipalName = "alice@contoso.example"
  const { id } = await createUser(context, system, { userPrincipalName, password })

  await setUserPassword(context, system, { userId: id, password: "another password" })

  await expect(verifyUserPassword(context, { userPrincipalName, password })).rejects.toThrow("wrong")
  expect((await verifyUserPassword(context, { userPrincipalName, password: "another password" })).id).toBe(id)
})
