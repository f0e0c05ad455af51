import { describe, test } from "vitest"
import { addCaller, auditTrail, openAppTokenContext, system } from "../../../test/app-tokens.ts"
import { createTokenRole, getTokenRole, listTokenRoles } from "./index.ts"

describe("createTokenRole", () => {
  test("adds roles after the built-in ones", async ({ expect }) => {
    const context = await openAppTokenContext()

    const first = await createTokenRole(context, system, { name: "Deployers", description: "May deploy" })
    const second = await createTokenRole(context, system, { name: "Auditors" })

    const deployers = {
      id: 1001,
      name: "Deployers",
      description: "May deploy",
      permissions: [],
      builtIn: false,
    }
    expect(first).toEqual(deployers)
    expect(second.id).toBe(1002)
    expect((await listTokenRoles(context)).slice(-2)).toEqual([deployers, second])
    expect(await getTokenRole(context, 1001)).toEqual(deployers)
    expect(await auditTrail(context)).toContain("system AppTokenRoleCreate Deployers success")
  })

  test.for(["administrator", "DEPLOYERS"])("refuses the taken name %s", async (name, { expect }) => {
    const context = await openAppTokenContext()
    await createTokenRole(context, system, { name: "Deployers" })

    await expect(createTokenRole(context, system, { name })).rejects.toMatchObject({ kind: "alreadyExists" })
  })

  test.for(["", "a,b", "policy", " x", "x".repeat(65), "a\nb"])(
    "refuses the name %j",
    async (name, { expect }) => {
      const context = await openAppTokenContext()

      await expect(createTokenRole(context, system, { name })).rejects.toMatchObject({
        kind: "invalidInput",
        target: "name",
      })
    },
  )

  test("is for Administrators", async ({ expect }) => {
    const context = await openAppTokenContext()
    const operator = await addCaller(context, "Ollie", "Operator")

    await expect(createTokenRole(context, operator, { name: "x" })).rejects.toMatchObject({
      kind: "forbidden",
    })
  })
})

test("getTokenRole answers notFound for an id that is not there", async ({ expect }) => {
  const context = await openAppTokenContext()

  await expect(getTokenRole(context, 77)).rejects.toMatchObject({ kind: "notFound", subject: "tokenRole" })
})
