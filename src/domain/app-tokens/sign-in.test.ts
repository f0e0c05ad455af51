import { describe, test } from "vitest"
import { auditTrail, openAppTokenContext, system } from "../../../test/app-tokens.ts"
import { systemCaller } from "../access/index.ts"
import { createTenant } from "../tenants/index.ts"
import { createUser } from "../users/index.ts"
import { createIdentity, signIn } from "./index.ts"

const password = "correct horse battery"
const tenantId = "3b0cb9a0-1c3d-4c5a-9d0e-0f1a2b3c4d5e"
const attempt = { address: "127.0.0.1", correlationId: "test" }

async function openWithIdentities() {
  const context = await openAppTokenContext()
  const caller = systemCaller(tenantId)
  await createTenant(context, caller, { id: tenantId, domain: "contoso.example" })
  const user = await createUser(context, caller, { userPrincipalName: "ann@contoso.example", password })
  await createIdentity(context, system, { name: "Ann", tokenRoles: ["Reader"], userId: user.id })
  await createIdentity(context, system, { name: "Build", tokenRoles: ["Reader"], password })
  await createIdentity(context, system, { name: "No password", tokenRoles: ["Reader"] })
  await createUser(context, caller, { userPrincipalName: "bob@contoso.example", password })
  return { context, user }
}

describe("signIn", () => {
  test.for([
    ["the name of an identity", "ann", 1],
    ["the user principal name behind it", "ANN@contoso.example", 1],
    ["an identity with a password of its own", "Build", 2],
  ] as const)("proves %s", async ([, name, id], { expect }) => {
    const { context } = await openWithIdentities()

    expect((await signIn(context, { ...attempt, name, password })).id).toBe(id)
    expect((await auditTrail(context)).at(-1)).toMatch(/^(Ann|Build) AppTokenSignIn (Ann|Build) success$/)
  })

  test.for([
    ["a wrong password", "Ann", "wrong horse battery", "Ann"],
    ["an unknown name", "hunter2-typed-here", password, "unknown"],
    ["an identity without a password", "No password", password, "No password"],
    ["a user who has no identity", "bob@contoso.example", password, "unknown"],
    ["an empty password", "Build", "", "Build"],
  ] as const)(
    "refuses %s in the same words, and tells the audit log",
    async ([, name, given, actor], { expect }) => {
      const { context } = await openWithIdentities()

      await expect(signIn(context, { ...attempt, name, password: given })).rejects.toMatchObject({
        kind: "unauthenticated",
        subject: "user",
        detail: "The user name or password is wrong",
      })
      expect((await auditTrail(context)).at(-1)).toBe(`${actor} AppTokenSignIn ${actor} failure`)
    },
  )

  test("refuses a user who was disabled", async ({ expect }) => {
    const { context, user } = await openWithIdentities()
    await context.store.transaction((tx) => tx.users.update({ ...user, enabled: false }))

    await expect(signIn(context, { ...attempt, name: "Ann", password })).rejects.toMatchObject({
      kind: "unauthenticated",
    })
  })
})

// Guessing one name's password must take years, and must not be sped up by sending guesses at once.
describe("failed sign-ins", () => {
  const guess = { ...attempt, name: "Build", password: "guess" }

  test("make a name wait a minute after twenty, even with the right password", async ({ expect }) => {
    const { context } = await openWithIdentities()
    const guesses = await Promise.allSettled(Array.from({ length: 25 }, () => signIn(context, guess)))
    const kinds = guesses.map((outcome) => (outcome as { reason: { kind: string } }).reason.kind)
    expect(kinds.filter((kind) => kind === "unauthenticated")).toHaveLength(20)
    expect(kinds.filter((kind) => kind === "throttled")).toHaveLength(5)

    await expect(signIn(context, { ...guess, name: "BUILD", password })).rejects.toMatchObject({
      kind: "throttled",
      reason: "signIn",
    })
    expect((await signIn(context, { ...attempt, name: "Ann", password })).id).toBe(1)

    context.clock.advance(60)
    expect((await signIn(context, { ...guess, password })).id).toBe(2)
  })

  test("count for the name however its blanks, letter case and accents are written", async ({ expect }) => {
    const { context } = await openWithIdentities()
    await createIdentity(context, system, { name: "Zo\u00eb", tokenRoles: ["Reader"], password })
    const spellings = Array.from({ length: 20 }, (_, blanks) => `${" ".repeat(blanks)}zoe\u0308\t`)
    await Promise.allSettled(spellings.map((name) => signIn(context, { ...guess, name })))

    await expect(signIn(context, { ...guess, name: "ZO\u00cb" })).rejects.toMatchObject({
      kind: "throttled",
      reason: "signIn",
    })
  })

  test("are forgotten once the name is proved", async ({ expect }) => {
    const { context } = await openWithIdentities()
    for (const _ of [1, 2, 3]) {
      await Promise.allSettled(Array.from({ length: 15 }, () => signIn(context, guess)))
      expect((await signIn(context, { ...guess, password })).id).toBe(2)
    }
  })
})
