import { describe, test } from "vitest"
import { openAppTokenContext, system } from "../../../test/app-tokens.ts"
import { createIdentity, openSession, verifySession } from "./index.ts"

const minutes = 60

async function openWithSession() {
  const context = await openAppTokenContext()
  const identity = await createIdentity(context, system, { name: "Ann", tokenRoles: ["Reader"] })
  const { value } = await openSession(context, identity)
  return { context, identity, value }
}

describe("a session", () => {
  test("is known by its value, of which only a digest is kept", async ({ expect }) => {
    const { context, identity, value } = await openWithSession()

    expect(await verifySession(context, value)).toEqual(identity)
    expect(value).toMatch(/^[\w-]{43}$/)
    expect(JSON.stringify(await context.store.appTokenSessions.list({}))).not.toContain(value)
  })

  test("ends 25 minutes after its last use", async ({ expect }) => {
    const { context, value } = await openWithSession()
    context.clock.advance(24 * minutes)
    await verifySession(context, value)
    context.clock.advance(24 * minutes)
    await verifySession(context, value)

    context.clock.advance(25 * minutes)

    await expect(verifySession(context, value)).rejects.toMatchObject({
      kind: "unauthenticated",
      reason: "session",
    })
  })

  test("ends after twelve hours, however much it is used", async ({ expect }) => {
    const { context, value } = await openWithSession()
    for (let passed = 0; passed < 12 * 60 - 20; passed += 20) {
      context.clock.advance(20 * minutes)
      await verifySession(context, value)
    }

    context.clock.advance(20 * minutes)

    await expect(verifySession(context, value)).rejects.toMatchObject({ kind: "unauthenticated" })
  })

  test("has the roles that the identity has now", async ({ expect }) => {
    const { context, identity, value } = await openWithSession()

    await context.store.transaction((tx) =>
      tx.appTokenIdentities.update({ ...identity, tokenRoles: ["Execute"] }),
    )

    expect((await verifySession(context, value)).tokenRoles).toEqual(["Execute"])
  })

  test("that was never opened is refused", async ({ expect }) => {
    const { context } = await openWithSession()

    await expect(verifySession(context, "x".repeat(43))).rejects.toMatchObject({ kind: "unauthenticated" })
  })

  test("that has ended is cleared away at the next sign-in", async ({ expect }) => {
    const { context, identity } = await openWithSession()
    context.clock.advance(26 * minutes)

    await openSession(context, identity)

    expect(await context.store.appTokenSessions.list({})).toHaveLength(1)
  })
})
