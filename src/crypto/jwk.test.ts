import { generateKeyPairSync } from "node:crypto"
import { calculateJwkThumbprint } from "jose"
import { describe, expect, test } from "vitest"
import { importPublicJwk, JwkError, jwkThumbprint, toPublicJwk } from "./jwk.ts"
import { findKeyWeakness } from "./key-strength.ts"

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 })
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" })

describe("a public JWK", () => {
  test("has only public members, even of a private key", () => {
    expect(Object.keys(toPublicJwk(rsa.privateKey))).toEqual(["kty", "n", "e"])
    expect(Object.keys(toPublicJwk(ec.privateKey))).toEqual(["kty", "crv", "x", "y"])
    expect(toPublicJwk(rsa.privateKey)).toEqual(toPublicJwk(rsa.publicKey))
  })

  test("becomes the same key again", () => {
    for (const { publicKey } of [rsa, ec]) {
      expect(importPublicJwk(toPublicJwk(publicKey)).equals(publicKey)).toBe(true)
    }
  })

  test("is refused for a kind of key that is not supported", () => {
    expect(() => toPublicJwk(generateKeyPairSync("ed25519").publicKey)).toThrow(TypeError)
  })
})

describe("a JWK thumbprint", () => {
  test("is that of RFC 7638 section 3.1", () => {
    const n =
      "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3okn" +
      "jhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qM" +
      "QvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJz" +
      "KnqDKgw"

    expect(jwkThumbprint({ kty: "RSA", n, e: "AQAB" })).toBe("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
  })

  test("agrees with jose", async () => {
    for (const { publicKey } of [rsa, ec]) {
      expect(jwkThumbprint(toPublicJwk(publicKey))).toBe(await calculateJwkThumbprint(toPublicJwk(publicKey)))
    }
  })
})

describe("a JWK from outside", () => {
  const good = toPublicJwk(rsa.publicKey) as { kty: "RSA"; n: string; e: string }
  const point = toPublicJwk(ec.publicKey) as { kty: "EC"; crv: "P-256"; x: string; y: string }
  const weak = toPublicJwk(generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey)

  test.each([
    ["nothing", undefined],
    ["null", null],
    ["a text", "RSA"],
    ["a symmetric key", { kty: "oct", k: "AAAA" }],
    ["no modulus", { kty: "RSA", e: "AQAB" }],
    ["a number as modulus", { ...good, n: 7 }],
    ["padding", { ...good, n: `${good.n}==` }],
    ["a modulus of megabytes", { ...good, n: "A".repeat(1_000_000) }],
    ["1,024 bits", weak],
    ["exponent 1", { ...good, e: "AQ" }],
    ["an even exponent", { ...good, e: "AQAC" }],
    ["a point off its curve", { ...point, y: point.x }],
    ["the point at infinity", { ...point, x: "AA", y: "AA" }],
    ["an unknown curve", { ...point, crv: "P-192" }],
    ["another curve's name", { ...point, crv: "P-384" }],
  ])("is refused: %s", (_, jwk) => {
    expect(() => importPublicJwk(jwk)).toThrow(JwkError)
  })

  test("of a card with the ROCA flaw is refused", () => {
    // A modulus that is a power of 65537 modulo the product of the first primes, as that library made them.
    let product = 1n
    for (let prime = 2n; prime <= 701n; prime += 1n) if (isPrime(prime)) product *= prime
    let residue = 1n
    for (let step = 0; step < 12345; step += 1) residue = (residue * 65537n) % product
    const modulus = residue + product * (2n ** 2047n / product + 1n)
    const n = Buffer.from(modulus.toString(16).padStart(512, "0"), "hex").toString("base64url")

    expect(modulus.toString(2)).toHaveLength(2048)
    expect(() => importPublicJwk({ kty: "RSA", n, e: "AQAB" })).toThrow("roca")
    expect(findKeyWeakness(rsa.publicKey)).toBeUndefined()
  })
})

function isPrime(candidate: bigint): boolean {
  for (let divisor = 2n; divisor * divisor <= candidate; divisor += 1n)
    if (candidate % divisor === 0n) return false
  return true
}
