import { describe, test } from "vitest"
import samples from "../../../test/vectors/app-token-samples.json" with { type: "json" }
import {
  addCaller,
  addCustomRole,
  addToken,
  auditTrail,
  type AppTokenTestContext,
  openAppTokenContext,
  system,
} from "../../../test/app-tokens.ts"
import { testNow } from "../../../test/context.ts"
import {
  importAppToken,
  issueAppToken,
  listAppTokens,
  listIdentities,
  revokeAppToken,
  verifyAppToken,
} from "./index.ts"

const signingKey = "one key on both installations, long enough"
const days = 86_400

/** Two installations that sign with the same key. */
async function openPair(): Promise<{ here: AppTokenTestContext; there: AppTokenTestContext }> {
  return { here: await openAppTokenContext({ signingKey }), there: await openAppTokenContext({ signingKey }) }
}

describe("importAppToken", () => {
  test("takes in a token of another installation with the same key", async ({ expect }) => {
    const { here, there } = await openPair()
    const token = await addToken(there, "Build", "Operator", "Reader")
    await expect(verifyAppToken(here, token)).rejects.toMatchObject({ reason: "unknown" })
    here.clock.advance(100)

    const { record, identity } = await importAppToken(here, system, { token })

    expect(identity).toMatchObject({ id: 1, name: "Build", tokenRoles: [] })
    expect(record).toMatchObject({
      id: 1,
      identityId: 1,
      tokenRoles: ["Operator", "Reader"],
      createdAt: testNow,
      expiresAt: testNow + 365 * days,
      imported: true,
    })
    expect(await verifyAppToken(here, token)).toMatchObject({
      appTokenId: 1,
      tokenRoles: ["Operator", "Reader"],
    })
    expect(await auditTrail(here)).toContain("system AppTokenImport Build success")
  })

  test("gives it to the identity of that name when there is one", async ({ expect }) => {
    const { here, there } = await openPair()
    const { identityId } = await addCaller(here, "build", "Reader")
    const token = await addToken(there, "Build", "Operator")

    const { identity } = await importAppToken(here, system, { token })

    expect(identity).toMatchObject({ id: identityId, name: "build", tokenRoles: ["Reader"] })
  })

  test.for([
    ["live", false],
    ["revoked", true],
  ] as const)(
    "does not make two: a second import of a %s token is refused",
    async ([, revoked], { expect }) => {
      const { here, there } = await openPair()
      const token = await addToken(there, "Build", "Operator")
      await importAppToken(here, system, { token })
      if (revoked) await revokeAppToken(here, system, 1)

      await expect(importAppToken(here, system, { token })).rejects.toMatchObject({ kind: "alreadyExists" })

      expect(await listAppTokens(here, system)).toHaveLength(1)
      if (revoked) await expect(verifyAppToken(here, token)).rejects.toMatchObject({ reason: "revoked" })
    },
  )

  test("makes one of two imports at the same time", async ({ expect }) => {
    const { here, there } = await openPair()
    const token = await addToken(there, "Build", "Operator")

    const outcomes = await Promise.allSettled([1, 2].map(() => importAppToken(here, system, { token })))

    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"])
    expect(await listAppTokens(here, system)).toHaveLength(1)
  })

  test.for([
    ["nothing given", ["Operator", "Reader"], undefined, ["Operator", "Reader"]],
    ["one of its roles", ["Operator", "Reader"], ["reader"], ["Reader"]],
    ["a role above it", ["Reader"], ["Administrator"], ["Reader"]],
    ["a role that includes one of two", ["Administrator", "Reader"], ["Operator"], ["Reader"]],
  ] as const)("keeps to the token's roles: %s", async ([, claimed, tokenRoles, kept], { expect }) => {
    const { here, there } = await openPair()
    const token = await addToken(there, "Build", ...claimed)

    const { record } = await importAppToken(here, system, { token, tokenRoles })

    expect(record.tokenRoles).toEqual(kept)
    expect((await verifyAppToken(here, token)).tokenRoles).toEqual(kept)
  })

  test.for([
    ["an earlier end", 10 * days, 10 * days],
    ["a later end", 900 * days, 365 * days],
  ] as const)("lets the request narrow the life only: %s", async ([, wanted, kept], { expect }) => {
    const { here, there } = await openPair()
    const token = await addToken(there, "Build", "Reader")

    const { record } = await importAppToken(here, system, { token, expiresAt: testNow + wanted })

    expect(record.expiresAt).toBe(testNow + kept)
    here.clock.advance(kept)
    await expect(verifyAppToken(here, token)).rejects.toMatchObject({ reason: "expired" })
  })

  test.for([
    ["the body leaves no role", ["Administrator"], { tokenRoles: ["Operator"] }, "role"],
    ["a role is unknown here", ["Deployers"], {}, "role"],
    ["the life is beyond policy", ["Reader"], {}, "expiration", { maxLifetimeDays: 30 }],
    ["the issuer is another", ["Reader"], {}, "token", { issuer: "Somebody" }],
    ["the audience is another", ["Reader"], {}, "token", { audience: "Something" }],
  ] as const)(
    "refuses it and keeps nothing when %s",
    async ([, roles, body, target, settings = {}], { expect }) => {
      const { here, there } = await openPair()
      await addCustomRole(there, "Deployers")
      const token = await addToken(there, "Build", ...roles)

      const imported = importAppToken({ ...here, appTokens: { ...here.appTokens, ...settings } }, system, {
        token,
        ...body,
      })

      await expect(imported).rejects.toMatchObject({ kind: "invalidInput", target })
      expect(await listAppTokens(here, system)).toEqual([])
      expect(await listIdentities(here, system)).toEqual([])
    },
  )

  test("refuses a token signed by another key", async ({ expect }) => {
    const here = await openAppTokenContext({ signingKey })
    const elsewhere = await openAppTokenContext()
    const token = await addToken(elsewhere, "Build", "Reader")

    await expect(importAppToken(here, system, { token })).rejects.toMatchObject({
      kind: "invalidInput",
      target: "token",
      detail: "The app token was not signed by this server",
    })
    expect(await listAppTokens(here, system)).toEqual([])
  })

  test("refuses an expired token", async ({ expect }) => {
    const { here, there } = await openPair()
    const token = await addToken(there, "Build", "Reader")
    here.clock.advance(365 * days)

    await expect(importAppToken(here, system, { token })).rejects.toMatchObject({
      kind: "invalidInput",
      detail: "The app token has expired",
    })
  })

  test("is for Administrators", async ({ expect }) => {
    const { here, there } = await openPair()
    const token = await addToken(there, "Build", "Reader")
    const operator = await addCaller(here, "Ollie", "Operator")

    await expect(importAppToken(here, operator, { token })).rejects.toMatchObject({ kind: "forbidden" })
  })

  test("grants nothing for the vendor's old role word policy, whatever the body says", async ({ expect }) => {
    const sample = samples.samples.find(({ token }) =>
      token.endsWith("GHjJI3kMpcAY1pvOGLWOdPqC2-IPo0-4lJfHZwStmOk"),
    )
    const settings = { acceptWeakSigningKey: true }
    const here = await openAppTokenContext({ settings, signingKey: samples.signingKey })
    here.clock.set(sample!.claims.nbf)

    const { record } = await importAppToken(here, system, {
      token: sample!.token,
      tokenRoles: ["Administrator"],
    })

    expect(record.tokenRoles).toEqual([])
    const caller = { identityId: 1, name: "Admin", tokenRoles: record.tokenRoles, correlationId: "test" }
    await expect(issueAppToken(here, caller, {})).rejects.toMatchObject({ kind: "forbidden" })
  })
})
