import { describe, test } from "vitest"
import { addCaller, addToken, openAppTokenContext, system } from "../../../test/app-tokens.ts"
import { systemCaller } from "../access/index.ts"
import { createTenant } from "../tenants/index.ts"
import { createUser } from "../users/index.ts"
import { psuJwt } from "./formats/psu-jwt.ts"
import { createIdentity, issueAppToken, revokeAppToken, verifyAppToken } from "./index.ts"
import { getActiveSigningKey } from "./signing-key.ts"

describe("verifyAppToken", () => {
  test("tells identity, roles and token, however often it is asked", async ({ expect }) => {
    const context = await openAppTokenContext()
    const token = await addToken(context, "Ann", "Operator", "Reader")

    for (const _ of [1, 2, 3]) {
      expect(await verifyAppToken(context, token)).toMatchObject({
        identity: { id: 1, name: "Ann" },
        tokenRoles: ["Operator", "Reader"],
        appTokenId: 1,
      })
    }
  })

  // A revoked token must not live on in any memory.
  test("refuses a revoked token at the very next check", async ({ expect }) => {
    const context = await openAppTokenContext()
    const token = await addToken(context, "Ann", "Reader")
    await verifyAppToken(context, token)

    await revokeAppToken(context, system, 1)

    await expect(verifyAppToken(context, token)).rejects.toMatchObject({
      kind: "unauthenticated",
      reason: "revoked",
    })
  })

  // Whoever leaves loses every way in, the long-lived ones first of all.
  test("refuses a token at the very next check once the user behind its identity is disabled", async ({
    expect,
  }) => {
    const context = await openAppTokenContext()
    const tenantId = "3b0cb9a0-1c3d-4c5a-9d0e-0f1a2b3c4d5e"
    await createTenant(context, systemCaller(tenantId), { id: tenantId, domain: "contoso.example" })
    const password = "correct horse battery"
    const user = await createUser(context, systemCaller(tenantId), {
      userPrincipalName: "ann@contoso.example",
      password,
    })
    const { id } = await createIdentity(context, system, {
      name: "Ann",
      tokenRoles: ["Reader"],
      userId: user.id,
    })
    const { token } = await issueAppToken(context, system, { identity: { id } })
    await verifyAppToken(context, token)

    await context.store.transaction((tx) => tx.users.update({ ...user, enabled: false }))

    await expect(verifyAppToken(context, token)).rejects.toMatchObject({
      kind: "unauthenticated",
      reason: "disabled",
    })
  })

  test("refuses a token from the second of its expiry, also when it was good before", async ({ expect }) => {
    const context = await openAppTokenContext()
    const { token } = await issueAppToken(context, system, {
      identity: { name: "Ann" },
      tokenRoles: ["Reader"],
      lifetimeDays: 1,
    })
    context.clock.advance(86_399)
    await verifyAppToken(context, token)

    context.clock.advance(1)

    await expect(verifyAppToken(context, token)).rejects.toMatchObject({
      kind: "unauthenticated",
      reason: "expired",
    })
  })

  test("allows other nodes' clocks to be a minute behind, not more", async ({ expect }) => {
    const context = await openAppTokenContext()
    const token = await addToken(context, "Ann", "Reader")

    context.clock.advance(-60)
    expect((await verifyAppToken(context, token)).appTokenId).toBe(1)
    context.clock.advance(-1)
    await expect(verifyAppToken(context, token)).rejects.toMatchObject({ reason: "notYetValid" })
  })

  test.for([
    ["wrongIssuer", { issuer: "Somebody" }],
    ["wrongAudience", { audience: "Something" }],
  ] as const)("refuses %s, although the signature is good", async ([reason, settings], { expect }) => {
    const context = await openAppTokenContext()
    const token = await addToken(context, "Ann", "Reader")
    await verifyAppToken(context, token)

    const other = { ...context, appTokens: { ...context.appTokens, ...settings } }

    await expect(verifyAppToken(other, token)).rejects.toMatchObject({ kind: "unauthenticated", reason })
  })

  // Whoever has the signing key alone must not get in: the record decides, too.
  test("refuses a well-signed token that is not on record", async ({ expect }) => {
    const context = await openAppTokenContext()
    const { record } = await issueAppToken(context, system, {
      identity: { name: "Ann" },
      tokenRoles: ["Reader"],
    })
    const content = {
      identityName: "Ann",
      handle: "0b7d9a86-3a0e-4f9c-9f1e-27a3a8f0c001",
      tokenRoles: ["Administrator"],
      issuer: context.appTokens.issuer,
      audience: context.appTokens.audience,
      notBefore: record.createdAt,
      expiresAt: record.expiresAt,
    }
    const key = await getActiveSigningKey(context)

    for (const handle of [content.handle, record.handle]) {
      const forged = psuJwt.issue({ ...content, handle }, key)
      await expect(verifyAppToken(context, forged)).rejects.toMatchObject({
        kind: "unauthenticated",
        reason: "unknown",
      })
    }
  })

  test.for(["", "x", "a.b.c", "a b.c.d", `${"a".repeat(20_000)}.b.c`, "ey.ey.ey\n"])(
    "refuses what is no token: %j",
    async (token, { expect }) => {
      const context = await openAppTokenContext()

      await expect(verifyAppToken(context, token)).rejects.toMatchObject({
        kind: "unauthenticated",
        reason: "malformed",
      })
    },
  )

  test("keeps the roles that the token was granted with", async ({ expect }) => {
    const context = await openAppTokenContext()
    const admin = await addCaller(context, "Admin", "Administrator")
    const identity = await createIdentity(context, admin, { name: "Build", tokenRoles: ["Execute"] })
    const { token } = await issueAppToken(context, admin, { identity: { id: identity.id } })

    await context.store.transaction((tx) =>
      tx.appTokenIdentities.update({ ...identity, tokenRoles: ["Reader"] }),
    )

    expect((await verifyAppToken(context, token)).tokenRoles).toEqual(["Execute"])
  })
})
