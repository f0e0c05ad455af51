import { describe, test } from "vitest"
import { deriveRootKey, importRootKey } from "./root-key.ts"
import { seal, unseal } from "./seal.ts"

const bytes = new Uint8Array(32).fill(7)
const salt = new Uint8Array(16).fill(1)
const data = new TextEncoder().encode("data")

describe("importRootKey", () => {
  test("makes the same key of the same bytes, with an id that does not hold them", ({ expect }) => {
    const first = importRootKey(bytes)
    const again = importRootKey(bytes)

    expect(first.id).toBe(again.id)
    expect(first.id).toMatch(/^root-[0-9a-f]{16}$/)
    expect(first.id).not.toContain("07070707")
    expect(unseal(again, seal(first, data, ["place"]), ["place"])).toEqual(Buffer.from(data))
  })

  test("gives another id to other bytes", ({ expect }) => {
    expect(importRootKey(new Uint8Array(32).fill(8)).id).not.toBe(importRootKey(bytes).id)
  })

  test.for([0, 16, 31, 33])("refuses %i bytes", (length, { expect }) => {
    expect(() => importRootKey(new Uint8Array(length))).toThrow(new TypeError("A root key has 32 bytes"))
  })
})

describe("deriveRootKey", () => {
  test("makes the same key of the same passphrase and salt, however it was typed", async ({ expect }) => {
    const composed = await deriveRootKey("caf\u00e9 au lait, twice", salt)
    const decomposed = await deriveRootKey("cafe\u0301 au lait, twice", salt)

    expect(decomposed.id).toBe(composed.id)
  })

  test("makes another key with another salt or another passphrase", async ({ expect }) => {
    const keys = await Promise.all([
      deriveRootKey("twelve characters", salt),
      deriveRootKey("twelve characters", new Uint8Array(16).fill(2)),
      deriveRootKey("twelve character5", salt),
    ])

    expect(new Set(keys.map(({ id }) => id)).size).toBe(3)
  })

  test("refuses a passphrase that is too short, and a salt that is too short", async ({ expect }) => {
    await expect(deriveRootKey("eleven char", salt)).rejects.toThrow("at least 12 characters")
    await expect(deriveRootKey("twelve characters", new Uint8Array(15))).rejects.toThrow("at least 16 bytes")
  })
})
