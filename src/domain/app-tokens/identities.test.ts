import { describe, test } from "vitest"
import { addCaller, auditTrail, openAppTokenContext, system } from "../../../test/app-tokens.ts"
import { testNow } from "../../../test/context.ts"
import { createIdentity, findIdentityByName, getIdentity, listIdentities } from "./index.ts"

describe("createIdentity", () => {
  test("numbers identities 1, 2, 3 and tells the audit log", async ({ expect }) => {
    const context = await openAppTokenContext()

    await createIdentity(context, system, { name: "Admin", tokenRoles: ["administrator"] })
    const second = await createIdentity(context, system, { name: " Build agent ", tokenRoles: [] })

    expect(second).toEqual({
      id: 2,
      name: "Build agent",
      nameKey: "build agent",
      tokenRoles: [],
      userId: null,
      passwordHash: null,
      createdAt: testNow,
    })
    expect((await getIdentity(context, system, 1)).tokenRoles).toEqual(["Administrator"])
    expect(await auditTrail(context)).toContain("system AppTokenIdentityCreate Build agent success")
  })

  test("keeps an argon2id hash of a password", async ({ expect }) => {
    const context = await openAppTokenContext()

    const identity = await createIdentity(context, system, {
      name: "Ann",
      tokenRoles: [],
      password: "correct horse",
    })

    expect(identity.passwordHash).toMatch(/^\$argon2id\$/)
  })

  test.for([
    ["an empty name", { name: " " }, "name"],
    ["a name of 129 characters", { name: "x".repeat(129) }, "name"],
    ["a name with a line break", { name: "a\nb" }, "name"],
    ["the reserved name System", { name: "SYSTEM" }, "name"],
    ["a role that does not exist", { tokenRoles: ["Emperor"] }, "role"],
    ["the old role word policy", { tokenRoles: ["policy"] }, "role"],
    ["a password of seven characters", { password: "1234567" }, "password"],
    ["a password of 1,025 bytes", { password: "x".repeat(1025) }, "password"],
    ["a user that does not exist", { userId: "nobody" }, "userId"],
    ["a password beside a user", { userId: "nobody", password: "correct horse" }, "password"],
  ] as const)("refuses %s and makes nothing", async ([, fault, target], { expect }) => {
    const context = await openAppTokenContext()

    const created = createIdentity(context, system, { name: "Ann", tokenRoles: ["Reader"], ...fault })

    await expect(created).rejects.toMatchObject({ kind: "invalidInput", target })
    expect(await listIdentities(context, system)).toEqual([])
  })

  test("refuses a name that differs in letter case only", async ({ expect }) => {
    const context = await openAppTokenContext()
    await createIdentity(context, system, { name: "Ann", tokenRoles: [] })

    const again = createIdentity(context, system, { name: "ANN", tokenRoles: [] })

    await expect(again).rejects.toMatchObject({ kind: "alreadyExists", subject: "appTokenIdentity" })
  })

  test("is for Administrators, and a refusal is in the audit log", async ({ expect }) => {
    const context = await openAppTokenContext()
    const operator = await addCaller(context, "Ollie", "Operator")

    const created = createIdentity(context, operator, { name: "Ann", tokenRoles: ["Reader"] })

    await expect(created).rejects.toMatchObject({ kind: "forbidden" })
    expect(await findIdentityByName(context, "Ann")).toBeUndefined()
    expect(await auditTrail(context)).toContain("Ollie AppTokenIdentityCreate app-tokens denied")
  })
})

describe("getIdentity and listIdentities", () => {
  test("show others to Administrators only, and everybody themselves", async ({ expect }) => {
    const context = await openAppTokenContext()
    const admin = await addCaller(context, "Admin", "Administrator")
    const reader = await addCaller(context, "Rita", "Reader")

    expect((await getIdentity(context, reader, reader.identityId)).name).toBe("Rita")
    await expect(getIdentity(context, reader, admin.identityId)).rejects.toMatchObject({ kind: "forbidden" })
    await expect(getIdentity(context, reader, 99)).rejects.toMatchObject({ kind: "forbidden" })
    await expect(listIdentities(context, reader)).rejects.toMatchObject({ kind: "forbidden" })
    expect((await listIdentities(context, admin)).map(({ name }) => name)).toEqual(["Admin", "Rita"])
  })

  test("answer notFound for an id that is not there", async ({ expect }) => {
    const context = await openAppTokenContext()

    await expect(getIdentity(context, system, 7)).rejects.toMatchObject({ kind: "notFound" })
  })
})

test("findIdentityByName ignores letter case", async ({ expect }) => {
  const context = await openAppTokenContext()
  await createIdentity(context, system, { name: "Ann", tokenRoles: [] })

  expect((await findIdentityByName(context, "aNN"))?.id).toBe(1)
  expect(await findIdentityByName(context, "Bob")).toBeUndefined()
})
