import { createHmac } from "node:crypto"
import { describe, expect, test } from "vitest"
import { hmacSha256, importMacKey } from "./mac.ts"
import { digestSecret, digestsEqual, findMatchingDigest } from "./secret-hash.ts"

const pepperBytes = new Uint8Array(32).fill(5)
const pepper = importMacKey(pepperBytes)

describe("a MAC", () => {
  test("is HMAC-SHA-256 (RFC 4231 case 6: a key longer than a block)", () => {
    const key = importMacKey(new Uint8Array(131).fill(0xaa))
    const mac = hmacSha256(key, "Test Using Larger Than Block-Size Key - Hash Key First")

    expect(Buffer.from(mac).toString("hex")).toBe(
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    )
  })

  test("refuses a key that is too short to be one", () => {
    expect(() => importMacKey(new Uint8Array(15))).toThrow(TypeError)
  })
})

describe("a stored digest of a secret", () => {
  test("is keyed by the pepper", () => {
    const expected = createHmac("sha256", pepperBytes).update("s3cret").digest()

    expect(digestsEqual(digestSecret(pepper, "s3cret"), expected)).toBe(true)
    expect(digestsEqual(digestSecret(importMacKey(new Uint8Array(32)), "s3cret"), expected)).toBe(false)
  })

  test("of another length is unequal, not an error", () => {
    expect(digestsEqual(new Uint8Array(31), new Uint8Array(32))).toBe(false)
  })

  test.each([0, 1, 2])("is found at place %i among the candidates", (place) => {
    const texts = ["one", "two", "three"]
    const candidates = texts.map((text) => ({ id: text, digest: digestSecret(pepper, text) }))

    expect(findMatchingDigest(pepper, texts[place]!, candidates)).toBe(candidates[place])
  })

  test("is not found for another text, an empty list or a broken row", () => {
    const candidates = [{ digest: digestSecret(pepper, "one") }, { digest: new Uint8Array(0) }]

    expect(findMatchingDigest(pepper, "two", candidates)).toBeUndefined()
    expect(findMatchingDigest(pepper, "one ", candidates)).toBeUndefined()
    expect(findMatchingDigest(pepper, "one", [])).toBeUndefined()
  })

  // Protects: the time of the check must not tell which secret matched.
  test("is compared with every candidate even after a match", () => {
    const read: number[] = []
    const candidates = ["one", "two", "three"].map((text, index) => ({
      get digest() {
        read.push(index)
        return digestSecret(pepper, text)
      },
    }))

    findMatchingDigest(pepper, "one", candidates)

    expect(read).toEqual([0, 1, 2])
  })
})
