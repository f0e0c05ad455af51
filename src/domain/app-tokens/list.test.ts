import { describe, test } from "vitest"
import { addCaller, addCustomRole, auditTrail, openAppTokenContext } from "../../../test/app-tokens.ts"
import { testNow } from "../../../test/context.ts"
import { getAppToken, issueAppToken, listAppTokens, revokeAppToken } from "./index.ts"

async function openWithTokens() {
  const context = await openAppTokenContext()
  const admin = await addCaller(context, "Admin", "Administrator")
  const reader = await addCaller(context, "Rita", "Reader")
  await issueAppToken(context, admin, {})
  await issueAppToken(context, reader, {})
  return { context, admin, reader, adminsToken: 1, readersToken: 2 }
}

describe("listAppTokens and getAppToken", () => {
  test("show an Administrator all tokens, others their own", async ({ expect }) => {
    const { context, admin, reader } = await openWithTokens()

    const names = async (caller: typeof admin) =>
      (await listAppTokens(context, caller)).map(({ record, identity }) => `${record.id} ${identity.name}`)

    expect(await names(admin)).toEqual(["1 Admin", "2 Rita"])
    expect(await names(reader)).toEqual(["2 Rita"])
  })

  test("answer alike for another's token and one that is not there", async ({ expect }) => {
    const { context, admin, reader, adminsToken, readersToken } = await openWithTokens()

    expect((await getAppToken(context, reader, readersToken)).identity.name).toBe("Rita")
    expect((await getAppToken(context, admin, readersToken)).identity.name).toBe("Rita")
    for (const id of [adminsToken, 99]) {
      await expect(getAppToken(context, reader, id)).rejects.toMatchObject({
        kind: "notFound",
        detail: `App token ${id} was not found`,
      })
    }
  })

  test("take a role of the management API", async ({ expect }) => {
    const { context } = await openWithTokens()
    await addCustomRole(context, "Deployers")
    const deployer = await addCaller(context, "Dora", "Deployers")

    await expect(listAppTokens(context, deployer)).rejects.toMatchObject({ kind: "forbidden" })
    await expect(getAppToken(context, deployer, 1)).rejects.toMatchObject({ kind: "forbidden" })
  })
})

describe("revokeAppToken", () => {
  test("keeps the record, with the instant", async ({ expect }) => {
    const { context, reader, readersToken } = await openWithTokens()
    context.clock.advance(5)

    const { record } = await revokeAppToken(context, reader, readersToken)

    expect(record.revokedAt).toBe(testNow + 5)
    expect((await getAppToken(context, reader, readersToken)).record).toEqual(record)
    expect(await auditTrail(context)).toContain("Rita AppTokenRevoke Rita success")
  })

  test("changes nothing the second time", async ({ expect }) => {
    const { context, admin, readersToken } = await openWithTokens()
    const first = await revokeAppToken(context, admin, readersToken)
    const trail = await auditTrail(context)
    context.clock.advance(60)

    expect(await revokeAppToken(context, admin, readersToken)).toEqual(first)
    expect(await auditTrail(context)).toEqual(trail)
  })

  test("leaves another's token alone and does not tell that it exists", async ({ expect }) => {
    const { context, admin, reader, adminsToken } = await openWithTokens()

    await expect(revokeAppToken(context, reader, adminsToken)).rejects.toMatchObject({ kind: "notFound" })

    expect((await getAppToken(context, admin, adminsToken)).record.revokedAt).toBeNull()
  })
})
