import { performance } from "node:perf_hooks"
import { describe, expect, test } from "vitest"
import {
  hashPassword,
  PasswordQueueFullError,
  verifyAgainstNothing,
  verifyPassword,
} from "./password-hash.ts"

describe("a password", () => {
  test("is stored as argon2id with 19 MiB, two passes and a fresh salt", async () => {
    const [first, second] = await Promise.all([hashPassword("hunter2"), hashPassword("hunter2")])

    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(first).not.toBe(second)
  })

  test("is accepted when right and refused when wrong", async () => {
    const phc = await hashPassword("pässword ☃")

    expect(await verifyPassword(phc, "pässword ☃")).toBe(true)
    expect(await verifyPassword(phc, "pässword ☃".normalize("NFD"))).toBe(true)
    expect(await verifyPassword(phc, "pässword")).toBe(false)
    expect(await verifyPassword(phc, "")).toBe(false)
  })

  test("hashed by the reference implementation is accepted", async () => {
    const phc = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"

    expect(await verifyPassword(phc, "password")).toBe(true)
    expect(await verifyPassword(phc, "Password")).toBe(false)
  })

  test("longer than 1,024 bytes is never hashed and never right", async () => {
    const phc = await hashPassword("x".repeat(1024))

    await expect(hashPassword("x".repeat(1025))).rejects.toThrow(TypeError)
    await expect(hashPassword("☃".repeat(342))).rejects.toThrow(TypeError)
    expect(await verifyPassword(phc, "x".repeat(1025))).toBe(false)
  })
})

describe("a stored hash", () => {
  test.each([
    ["", "empty"],
    ["$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "argon2i"],
    [
      "$argon2id$v=16$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
      "an old version",
    ],
    ["$argon2id$v=19$m=99999999,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "95 GiB"],
    [
      "$argon2id$v=19$m=19456,t=999,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
      "999 passes",
    ],
    ["$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$AAAA", "a short tag"],
  ])("%s is refused (%s)", async (phc) => {
    await expect(verifyPassword(phc, "password")).rejects.toThrow(TypeError)
  })
})

describe("an unknown user", () => {
  // Protects: the time of a refusal must not tell which users exist.
  test("costs as much as a known one and is always refused", async () => {
    const phc = await hashPassword("hunter2")
    const ratios = []
    for (let round = 0; round < 7; round += 1) {
      const known = await milliseconds(() => verifyPassword(phc, "wrong"))
      ratios.push((await milliseconds(() => verifyAgainstNothing("wrong"))) / known)
    }

    expect(await verifyAgainstNothing("hunter2")).toBe(false)
    expect(ratios.sort((a, b) => a - b)[3]).toBeGreaterThan(0.4)
  })
})

describe("a flood of sign-ins", () => {
  test("is refused beyond the queue and served again afterwards", async () => {
    const cheap = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
    const results = await Promise.allSettled(
      Array.from({ length: 300 }, () => verifyPassword(cheap, "password")),
    )
    const refused = results.filter((result) => result.status === "rejected")

    expect(refused).toHaveLength(300 - 2 - 256)
    for (const result of refused) expect(result.reason).toBeInstanceOf(PasswordQueueFullError)
    expect(await verifyPassword(cheap, "password")).toBe(false)
  })
})

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
