import { describe, expect, test } from "vitest"
import { deriveKey, importSealingKey, SealError, seal, unseal, unwrapKey, wrapKey } from "./seal.ts"

const key = importSealingKey("k1", new Uint8Array(32).fill(7))
const plaintext = new TextEncoder().encode("correct horse battery staple")
const place = ["tenant", "vault", "name", "version"]

describe("a sealed value", () => {
  test("opens with the same key at the same place", () => {
    for (const value of [plaintext, new Uint8Array(0), new Uint8Array(100_000).fill(3)]) {
      expect(new Uint8Array(unseal(key, seal(key, value, place), place))).toEqual(value)
    }
  })

  test("does not contain its plaintext and never looks the same twice", () => {
    const first = Buffer.from(seal(key, plaintext, place))

    expect(first.includes("horse")).toBe(false)
    expect(first.equals(seal(key, plaintext, place))).toBe(false)
    expect(first).toHaveLength(1 + 12 + plaintext.length + 16)
  })

  // Protects: a byte flipped in the file is an error, never wrong data (DESIGN 5).
  test("does not open when any one bit of any byte was flipped", () => {
    const envelope = seal(key, plaintext, place)
    for (let at = 0; at < envelope.length; at += 1) {
      for (const bit of [1, 128]) {
        const changed = Uint8Array.from(envelope)
        changed[at]! ^= bit
        expect(() => unseal(key, changed, place), `byte ${at}`).toThrow(SealError)
      }
    }
  })

  test("does not open when cut or extended", () => {
    const envelope = seal(key, plaintext, place)
    for (let length = 0; length < envelope.length; length += 1) {
      expect(() => unseal(key, envelope.subarray(0, length), place)).toThrow(SealError)
    }
    expect(() => unseal(key, Buffer.concat([envelope, Buffer.of(0)]), place)).toThrow(SealError)
  })

  test("does not open with another key", () => {
    const other = importSealingKey("k1", new Uint8Array(32).fill(8))

    expect(() => unseal(other, seal(key, plaintext, place), place)).toThrow(SealError)
  })

  test.each([
    [["tenant", "vault", "name", "other"]],
    [["tenant", "vault", "nameversion"]],
    [["tenant", "vault", "nam", "eversion"]],
    [["vault", "tenant", "name", "version"]],
    [["tenant", "vault", "name", "version", ""]],
    [["tenant\0vault", "name", "version"]],
    [[]],
  ])("does not open at place %j", (otherPlace) => {
    expect(() => unseal(key, seal(key, plaintext, place), otherPlace)).toThrow(SealError)
  })

  test("tells nothing about its content in the error", () => {
    const envelope = seal(key, plaintext, place)
    envelope[20]! ^= 1
    let message = ""
    try {
      unseal(key, envelope, place)
    } catch (error) {
      message = `${String(error)}${(error as Error).stack}`
    }

    expect(message).toContain("Cannot open sealed data")
    expect(message).not.toMatch(/horse|vault"/)
  })

  test("refuses a place with a lone surrogate, which would be encoded like another place", () => {
    expect(() => seal(key, plaintext, ["\ud800"])).toThrow(TypeError)
  })
})

describe("keys", () => {
  test("must have 32 bytes", () => {
    for (const length of [0, 16, 31, 33]) {
      expect(() => importSealingKey("k", new Uint8Array(length))).toThrow(TypeError)
      expect(() => wrapKey(key, new Uint8Array(length), place)).toThrow(TypeError)
    }
  })

  test("wrap and unwrap under another key", () => {
    const inner = new Uint8Array(32).fill(9)
    const wrapped = wrapKey(key, inner, ["key", "k2"])

    expect(new Uint8Array(unwrapKey(key, wrapped, ["key", "k2"]))).toEqual(inner)
    expect(() => unwrapKey(key, wrapped, ["key", "k3"])).toThrow(SealError)
    expect(() => unwrapKey(key, seal(key, plaintext, ["key", "k2"]), ["key", "k2"])).toThrow(SealError)
  })

  test("derived for different purposes or roots differ, and repeat for the same", () => {
    const root = new Uint8Array(32).fill(1)
    const derived = [
      deriveKey(root, "seal"),
      deriveKey(root, "pepper"),
      deriveKey(new Uint8Array(32).fill(2), "seal"),
    ]

    expect(new Set(derived.map((bytes) => Buffer.from(bytes).toString("hex"))).size).toBe(3)
    expect(deriveKey(root, "seal")).toEqual(derived[0])
    expect(derived[0]).toHaveLength(32)
    expect(() => deriveKey(root, "")).toThrow(TypeError)
    expect(() => deriveKey(new Uint8Array(31), "seal")).toThrow(TypeError)
  })
})
