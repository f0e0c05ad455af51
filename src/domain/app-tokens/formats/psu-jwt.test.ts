import { createHmac } from "node:crypto"
import { compactVerify, decodeJwt, jwtVerify } from "jose"
import { describe, test } from "vitest"
import samples from "../../../../test/vectors/app-token-samples.json" with { type: "json" }
import { importMacKey } from "../../../crypto/mac.ts"
import type { AppTokenSigningKey } from "../signing-key.ts"
import type { AppTokenContent } from "./format.ts"
import { psuJwt } from "./psu-jwt.ts"

const defaultKey: AppTokenSigningKey = {
  id: "default",
  key: importMacKey(Buffer.from(samples.signingKey)),
  weak: true,
  retiredAt: null,
}
const bytes = Buffer.from("a signing key of the operator's own, long enough")
const ownKey: AppTokenSigningKey = { id: "own", key: importMacKey(bytes), weak: false, retiredAt: null }

const content: AppTokenContent = {
  identityName: "Ann",
  handle: "3f0c9a52-55c0-4f44-8f6e-3c7c3a1d2b10",
  tokenRoles: ["Operator"],
  issuer: "IronmanSoftware",
  audience: "PowerShellUniversal",
  notBefore: 1_700_000_000,
  expiresAt: 1_731_536_000,
}

describe.each(samples.samples)("documented sample of $claims.nbf", ({ token, claims }) => {
  test("verifies with the documented key and reads as the documented claims", ({ expect }) => {
    const read = psuJwt.verify(token, [ownKey, defaultKey])

    const role = claims["http://schemas.microsoft.com/ws/2008/06/identity/claims/role"]
    expect(read).toEqual({
      handle: claims["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/hash"],
      signingKeyId: "default",
      content: {
        identityName: claims["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"],
        handle: claims["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/hash"],
        tokenRoles: [role].flat(),
        issuer: claims.iss,
        audience: claims.aud,
        notBefore: claims.nbf,
        expiresAt: claims.exp,
      },
    })
    expect(decodeJwt(token)).toEqual(claims)
  })

  test("re-mints byte for byte", ({ expect }) => {
    const read = psuJwt.verify(token, [defaultKey])

    // We never sign with the published key, so its signature is put below our bytes here.
    const ours = psuJwt.issue(read.content!, ownKey)
    const signed = ours.slice(0, ours.lastIndexOf("."))
    const signature = createHmac("sha256", samples.signingKey).update(signed).digest("base64url")

    expect(`${signed}.${signature}`).toBe(token)
  })
})

describe("issue", () => {
  test("makes a token that jose verifies", async ({ expect }) => {
    const token = psuJwt.issue(content, ownKey)

    const options = {
      issuer: "IronmanSoftware",
      audience: "PowerShellUniversal",
      currentDate: new Date(1.71e12),
    }
    const { payload, protectedHeader } = await jwtVerify(token, bytes, options)

    expect(protectedHeader).toEqual({ alg: "HS256", typ: "JWT" })
    expect(payload).toEqual({
      "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name": "Ann",
      "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/hash": "3f0c9a52-55c0-4f44-8f6e-3c7c3a1d2b10",
      sub: "PowerShellUniversal",
      "http://schemas.microsoft.com/ws/2008/06/identity/claims/role": "Operator",
      nbf: 1_700_000_000,
      exp: 1_731_536_000,
      iss: "IronmanSoftware",
      aud: "PowerShellUniversal",
    })
  })

  test("writes several roles as an array and leaves slashes alone", async ({ expect }) => {
    const token = psuJwt.issue({ ...content, tokenRoles: ["Operator", "Reader"] }, ownKey)

    const { payload } = await compactVerify(token, bytes)
    expect(Buffer.from(payload).toString()).toContain(
      '"http://schemas.microsoft.com/ws/2008/06/identity/claims/role":["Operator","Reader"]',
    )
  })

  test("never signs with a weak key", ({ expect }) => {
    expect(() => psuJwt.issue(content, defaultKey)).toThrow(TypeError)
  })
})

/** Sets an unused bit of the last character: lenient decoders read the same bytes. */
function respell(token: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
  return `${token.slice(0, -1)}${alphabet[alphabet.indexOf(token.slice(-1)) + 1]}`
}

describe("verify", () => {
  const token = psuJwt.issue(content, ownKey)
  const [header = "", payload = "", signature = ""] = token.split(".")
  const encode = (value: object | string) =>
    Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url")
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>
  const role = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"
  const sign = (head: string, body: string, digest = "sha256", key: string | Buffer = bytes) =>
    `${head}.${body}.${createHmac(digest, key).update(`${head}.${body}`).digest("base64url")}`

  test.for([
    ["alg none with no signature", `${encode({ alg: "none", typ: "JWT" })}.${payload}.`, "malformed"],
    ["alg none with the old signature", `${encode({ alg: "none" })}.${payload}.${signature}`, "malformed"],
    ["HS512 by the right key", sign(encode({ alg: "HS512" }), payload, "sha512"), "malformed"],
    ["an RS256 header over our HMAC", sign(encode({ alg: "RS256" }), payload), "badSignature"],
    ["the header spelled hs256", sign(encode({ alg: "hs256" }), payload), "malformed"],
    ["a critical header", sign(encode({ alg: "HS256", crit: ["x"], x: 1 }), payload), "malformed"],
    [
      "a key in the header",
      sign(encode({ alg: "HS256", jwk: { kty: "oct", k: "AAAA" } }), payload, "sha256", "\0\0\0"),
      "badSignature",
    ],
    [
      "another key's signature",
      sign(header, payload, "sha256", "another operator's key, which is long enough"),
      "badSignature",
    ],
    [
      "an edited role",
      `${header}.${encode({ ...claims, [role]: "Administrator" })}.${signature}`,
      "badSignature",
    ],
    ["a cut signature", token.slice(0, -3), "badSignature"],
    ["the same signature respelled", respell(token), "malformed"],
    ["no signature", `${header}.${payload}.`, "badSignature"],
    ["four parts", `${token}.x`, "malformed"],
    [
      "a claim twice",
      sign(header, encode(`${JSON.stringify(claims).slice(0, -1)},"exp":99999999999}`)),
      "malformed",
    ],
    [
      "a token of 20,000 characters",
      sign(header, encode({ ...claims, pad: "x".repeat(15_000) })),
      "malformed",
    ],
    [
      "no handle",
      sign(
        header,
        encode({ ...claims, "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/hash": undefined }),
      ),
      "malformed",
    ],
    ["an expiry in text", sign(header, encode({ ...claims, exp: "1731536000" })), "malformed"],
    ["an expiry with a fraction", sign(header, encode({ ...claims, exp: 1_731_536_000.5 })), "malformed"],
    ["no start", sign(header, encode({ ...claims, nbf: undefined })), "malformed"],
    [
      "several audiences",
      sign(header, encode({ ...claims, aud: ["PowerShellUniversal", "other"] })),
      "malformed",
    ],
    ["a number as role", sign(header, encode({ ...claims, [role]: 1 })), "malformed"],
  ] as const)("refuses %s", ([, forged, reason], { expect }) => {
    expect(() => psuJwt.verify(forged, [ownKey])).toThrow(
      expect.objectContaining({ kind: "unauthenticated", subject: "appToken", reason }),
    )
  })

  test("reads the short claim names that .NET maps to the long ones", ({ expect }) => {
    const { sub, nbf, exp, iss, aud } = claims
    const short = { name: "Ann", hash: content.handle, sub, role: "Operator", nbf, exp, iss, aud }

    expect(psuJwt.verify(sign(header, encode(short)), [ownKey]).content).toEqual(content)
  })

  test("takes whichever key signed", ({ expect }) => {
    const other: AppTokenSigningKey = { ...ownKey, id: "other", key: importMacKey(Buffer.alloc(64, 1)) }

    expect(psuJwt.verify(token, [other, ownKey]).signingKeyId).toBe("own")
  })
})
