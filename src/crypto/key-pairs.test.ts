import { describe, expect, test } from "vitest"
import {
  exportPrivateKey,
  generateEcKeyPair,
  generateRsaKeyPair,
  importPrivateKey,
  publicKeysEqual,
  toPublicKey,
} from "./key-pairs.ts"

describe("a generated key pair", () => {
  test.each([
    ["P-256", "prime256v1"],
    ["P-384", "secp384r1"],
    ["P-521", "secp521r1"],
    ["P-256K", "secp256k1"],
  ] as const)("on %s has that curve and survives export", async (curve, openSslName) => {
    const { privateKey, publicKey } = await generateEcKeyPair(curve)

    expect(privateKey.asymmetricKeyDetails?.namedCurve).toBe(openSslName)
    expect(toPublicKey(importPrivateKey(exportPrivateKey(privateKey))).equals(publicKey)).toBe(true)
  })

  test("of RSA has the size asked for and exponent 65537", async () => {
    const { privateKey } = await generateRsaKeyPair(2048)

    expect(privateKey.asymmetricKeyDetails).toMatchObject({ modulusLength: 2048, publicExponent: 65537n })
  })
})

describe("a stored private key", () => {
  test("that is none is a broken record", () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(64)]) {
      expect(() => importPrivateKey(bytes)).toThrow(TypeError)
    }
  })
})

describe("comparing public keys", () => {
  // Protects: with KeyObject.equals the import after such a comparison failed, whoever's it was.
  test("of different types or curves leaves no error behind for the next key that is read", async () => {
    const rsa = await generateRsaKeyPair(2048)
    const p256 = await generateEcKeyPair("P-256")
    const p384 = await generateEcKeyPair("P-384")

    expect(publicKeysEqual(rsa.publicKey, p256.publicKey)).toBe(false)
    expect(() => importPrivateKey(exportPrivateKey(rsa.privateKey))).not.toThrow()
    expect(publicKeysEqual(p256.publicKey, p384.publicKey)).toBe(false)
    expect(() => importPrivateKey(exportPrivateKey(rsa.privateKey))).not.toThrow()
    expect(publicKeysEqual(p256.publicKey, (await generateEcKeyPair("P-256")).publicKey)).toBe(false)
    expect(publicKeysEqual(p256.publicKey, toPublicKey(p256.privateKey))).toBe(true)
  })
})
