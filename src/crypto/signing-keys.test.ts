import { createHash } from "node:crypto"
import { describe, expect, test } from "vitest"
import { parseJws, signJws, verifyJws } from "./jws.ts"
import { exportSigningKey, generateSigningKey, importSigningKey } from "./signing-keys.ts"

const now = Date.UTC(2026, 0, 1) / 1000

describe("a signing key", () => {
  test("is RSA-2048 and named by its certificate's SHA-1", async () => {
    const { kid, publicKey, certificate } = await generateSigningKey({ now })

    expect(kid).toBe(createHash("sha1").update(certificate.der).digest("base64url"))
    expect(certificate).toMatchObject({ keyType: "RSA", keyBits: 2048, notBefore: now - 600 })
    expect(certificate.publicKey.equals(publicKey)).toBe(true)
  })

  test("signs after export and import what the first one verifies", async () => {
    const first = await generateSigningKey({ now })
    const second = importSigningKey(exportSigningKey(first))

    const jws = parseJws(signJws({ alg: "RS256", kid: second.kid }, { sub: "x" }, second.privateKey))

    expect(second.kid).toBe(first.kid)
    expect(verifyJws(jws, { algorithms: ["RS256"], key: first.publicKey })).toBeUndefined()
  })

  test("with another key's certificate is a broken record", async () => {
    const one = exportSigningKey(await generateSigningKey({ now }))
    const other = exportSigningKey(await generateSigningKey({ now }))

    expect(() => importSigningKey({ ...one, certificateDer: other.certificateDer })).toThrow(TypeError)
    expect(() => importSigningKey({ ...one, privateKeyPkcs8: new Uint8Array(9) })).toThrow(TypeError)
  })
})
