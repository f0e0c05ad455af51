import { describe, test } from "vitest"
import {
  addCaller,
  addCustomRole,
  auditTrail,
  openAppTokenContext,
  system,
} from "../../../test/app-tokens.ts"
import { testNow } from "../../../test/context.ts"
import { digestSecret } from "../../crypto/secret-hash.ts"
import { createIdentity, issueAppToken, listIdentities, verifyAppToken } from "./index.ts"

const days = 86_400

describe("issueAppToken for oneself", () => {
  test("carries all roles of the caller and lives 365 days", async ({ expect }) => {
    const context = await openAppTokenContext()
    const caller = await addCaller(context, "Ann", "Operator", "Reader")

    const { token, record, identity } = await issueAppToken(context, caller, {})

    expect(identity.name).toBe("Ann")
    expect(record).toEqual({
      id: 1,
      identityId: caller.identityId,
      handle: record.handle,
      tokenDigest: Buffer.from(digestSecret(context.keyring.pepper, token)),
      format: "psu-jwt",
      tokenRoles: ["Operator", "Reader"],
      signingKeyId: record.signingKeyId,
      createdAt: testNow,
      expiresAt: testNow + 31_536_000,
      revokedAt: null,
      imported: false,
    })
    expect(record.handle).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(await verifyAppToken(context, token)).toMatchObject({ identity, appTokenId: 1 })
    expect(await auditTrail(context)).toContain("Ann AppTokenGrant Ann success")
  })

  test("keeps nothing of the value but its digest", async ({ expect }) => {
    const context = await openAppTokenContext()
    const caller = await addCaller(context, "Ann", "Reader")

    const { token } = await issueAppToken(context, caller, {})

    const kept = JSON.stringify([
      await context.store.appTokens.list({}),
      await context.store.auditEvents.list({}),
    ])
    expect(kept).not.toContain(token.split(".")[1])
    expect(kept).not.toContain(token.split(".")[2])
  })

  test("may ask for less", async ({ expect }) => {
    const context = await openAppTokenContext()
    const caller = await addCaller(context, "Ann", "Operator")

    const { record } = await issueAppToken(context, caller, { tokenRoles: ["reader"], lifetimeDays: 7 })

    expect(record).toMatchObject({ tokenRoles: ["Reader"], expiresAt: testNow + 7 * days })
  })

  test.for([
    ["Operator", "Administrator"],
    ["Reader", "Operator"],
    ["Reader", "Deployers"],
  ] as const)("refuses %s to grant %s, and nothing is made", async ([held, wanted], { expect }) => {
    const context = await openAppTokenContext()
    await addCustomRole(context, "Deployers")
    const caller = await addCaller(context, "Ann", held)

    const issued = issueAppToken(context, caller, { tokenRoles: [wanted] })

    await expect(issued).rejects.toMatchObject({ kind: "forbidden" })
    expect(await context.store.appTokens.list({})).toEqual([])
    expect(await auditTrail(context)).toContain("Ann AppTokenGrant app-tokens denied")
  })

  test("follows the roles of this request, not those of the identity", async ({ expect }) => {
    const context = await openAppTokenContext()
    const caller = await addCaller(context, "Ann", "Administrator")
    const withReaderToken = { ...caller, tokenRoles: ["Reader"] }

    expect((await issueAppToken(context, withReaderToken, {})).record.tokenRoles).toEqual(["Reader"])
    await expect(
      issueAppToken(context, withReaderToken, { identity: { id: caller.identityId } }),
    ).rejects.toMatchObject({ kind: "forbidden" })
  })

  test.for(["Execute", "User", "Deployers"])(
    "takes a role of the management API: not %s",
    async (role, { expect }) => {
      const context = await openAppTokenContext()
      await addCustomRole(context, "Deployers")
      const caller = await addCaller(context, "Ann", role)

      await expect(issueAppToken(context, caller, {})).rejects.toMatchObject({ kind: "forbidden" })
    },
  )
})

describe("issueAppToken for an identity", () => {
  test("carries the role of that identity", async ({ expect }) => {
    const context = await openAppTokenContext()
    const admin = await addCaller(context, "Admin", "Administrator")
    const { id } = await createIdentity(context, admin, { name: "Build", tokenRoles: ["Execute"] })

    const { record, identity } = await issueAppToken(context, admin, { identity: { id } })

    expect(identity.name).toBe("Build")
    expect(record.tokenRoles).toEqual(["Execute"])
  })

  test("is for Administrators", async ({ expect }) => {
    const context = await openAppTokenContext()
    const operator = await addCaller(context, "Ollie", "Operator")
    const { identityId } = await addCaller(context, "Rita", "Reader")

    for (const identity of [{ id: identityId }, { name: "rita" }, { name: "Somebody new" }, { id: 99 }]) {
      await expect(issueAppToken(context, operator, { identity })).rejects.toMatchObject({
        kind: "forbidden",
      })
    }
  })

  test("refuses an identity without a role", async ({ expect }) => {
    const context = await openAppTokenContext()
    const admin = await addCaller(context, "Admin", "Administrator")
    const { id } = await createIdentity(context, admin, { name: "Build", tokenRoles: [] })

    const issued = issueAppToken(context, admin, { identity: { id } })

    await expect(issued).rejects.toMatchObject({ kind: "invalidInput", target: "role" })
    expect(await context.store.appTokens.list({})).toEqual([])
  })

  test("makes the identity of a new name, with the roles given", async ({ expect }) => {
    const context = await openAppTokenContext()
    const admin = await addCaller(context, "Admin", "Administrator")

    const { identity } = await issueAppToken(context, admin, {
      identity: { name: "Build" },
      tokenRoles: ["Execute"],
    })

    expect(identity).toMatchObject({ id: 2, name: "Build", tokenRoles: ["Execute"] })
  })

  test("uses the identity of that name when there is one, whatever the letter case", async ({ expect }) => {
    const context = await openAppTokenContext()
    const admin = await addCaller(context, "Admin", "Administrator")
    await addCaller(context, "Build", "Reader")

    const { identity, record } = await issueAppToken(context, admin, {
      identity: { name: "BUILD" },
      tokenRoles: ["Operator"],
    })

    expect(identity).toMatchObject({ id: 2, name: "Build", tokenRoles: ["Reader"] })
    expect(record.tokenRoles).toEqual(["Operator"])
    expect(await listIdentities(context, admin)).toHaveLength(2)
  })

  test("makes no identity for a grant that is refused", async ({ expect }) => {
    const context = await openAppTokenContext()
    const admin = await addCaller(context, "Admin", "Administrator")

    for (const fault of [{}, { tokenRoles: ["Emperor"] }, { tokenRoles: ["Reader"], lifetimeDays: 99_999 }]) {
      await expect(
        issueAppToken(context, admin, { identity: { name: "Build" }, ...fault }),
      ).rejects.toMatchObject({ kind: "invalidInput" })
    }
    expect(await listIdentities(context, admin)).toHaveLength(1)
  })

  test("numbers tokens granted at the same time without a gap", async ({ expect }) => {
    const context = await openAppTokenContext()

    const issued = await Promise.all(
      ["A", "A", "B", "B"].map((name) =>
        issueAppToken(context, system, { identity: { name }, tokenRoles: ["User"] }),
      ),
    )

    expect(new Set(issued.map(({ record }) => record.id))).toEqual(new Set([1, 2, 3, 4]))
    expect(await listIdentities(context, system)).toHaveLength(2)
  })
})

describe("the expiry of a token", () => {
  test.for([
    ["the longest life that policy allows", { lifetimeDays: 3650 }, testNow + 3650 * days],
    ["a date", { expiresAt: testNow + 1 }, testNow + 1],
  ] as const)("can be %s", async ([, wanted, expiresAt], { expect }) => {
    const context = await openAppTokenContext()
    const caller = await addCaller(context, "Ann", "Reader")

    expect((await issueAppToken(context, caller, wanted)).record.expiresAt).toBe(expiresAt)
  })

  test.for([
    ["a day beyond policy", { lifetimeDays: 3651 }],
    ["a second beyond policy", { expiresAt: testNow + 3650 * days + 1 }],
    ["never", { expiresAt: 253_402_300_799 }],
    ["now", { expiresAt: testNow }],
    ["0 days", { lifetimeDays: 0 }],
    ["half a day", { lifetimeDays: 0.5 }],
    ["both a date and days", { lifetimeDays: 1, expiresAt: testNow + 1 }],
  ] as const)("is refused, not shortened, when it is %s", async ([, wanted], { expect }) => {
    const context = await openAppTokenContext()
    const caller = await addCaller(context, "Ann", "Reader")

    const issued = issueAppToken(context, caller, wanted)

    await expect(issued).rejects.toMatchObject({ kind: "invalidInput", target: "expiration" })
    expect(await context.store.appTokens.list({})).toEqual([])
  })
})
