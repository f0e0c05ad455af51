import { createHash, createPublicKey, type KeyObject } from "node:crypto"
import { decodeBase64urlStrict } from "./base64url.ts"
import { findKeyWeakness } from "./key-strength.ts"

/** The public members of a key, and only those. */
export type PublicJwk =
  | { readonly kty: "RSA"; readonly n: string; readonly e: string }
  | { readonly kty: "EC"; readonly crv: JwkCurve; readonly x: string; readonly y: string }

export type JwkCurve = "P-256" | "P-384" | "P-521" | "secp256k1"

/** A JWK cannot be used. The message never holds any of its members. */
export class JwkError extends Error {
  override readonly name = "JwkError"
}

/**
 * Returns the public part of an RSA or EC key as JWK. A private key gives its public part.
 *
 * @throws TypeError the key is of another type
 * @see RFC 7518 section 6, https://www.rfc-editor.org/rfc/rfc7518.html#section-6
 */
export function toPublicJwk(key: KeyObject): PublicJwk {
  const publicKey = key.type === "private" ? createPublicKey(key) : key
  const { kty, n, e, crv, x, y } = publicKey.export({ format: "jwk" })
  if (kty === "RSA" && n !== undefined && e !== undefined) return { kty, n, e }
  if (kty === "EC" && x !== undefined && y !== undefined) return { kty, crv: crv as JwkCurve, x, y }
  throw new TypeError("Only RSA and EC keys have a JWK here")
}

/**
 * Makes a public key of an untrusted JWK, such as one from another issuer's key set. Only `kty`, `n`, `e`, `crv`, `x`
 * and `y` are looked at; what the key may be used for is the caller's to check.
 *
 * @throws JwkError not an RSA or EC key, not canonical base64url, a point not on its curve, or a weak key
 */
export function importPublicJwk(jwk: unknown): KeyObject {
  const key = createKey(pickPublicMembers(jwk))
  const weakness = findKeyWeakness(key)
  if (weakness !== undefined) throw new JwkError(`JWK is refused: ${weakness}`)
  return key
}

/**
 * Returns the SHA-256 thumbprint of a JWK as base64url.
 *
 * @see RFC 7638 section 3, https://www.rfc-editor.org/rfc/rfc7638.html#section-3
 */
export function jwkThumbprint(jwk: PublicJwk): string {
  // Required members only, in the order of their names, without white space.
  const canonical =
    jwk.kty === "RSA"
      ? { e: jwk.e, kty: jwk.kty, n: jwk.n }
      : { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y }
  return createHash("sha256").update(JSON.stringify(canonical)).digest("base64url")
}

function pickPublicMembers(jwk: unknown): PublicJwk {
  const { kty, n, e, crv, x, y } = (jwk ?? {}) as Record<string, unknown>
  if (kty === "RSA") return { kty, n: unsignedText(n), e: unsignedText(e) }
  if (kty === "EC" && typeof crv === "string") {
    return { kty, crv: crv as JwkCurve, x: unsignedText(x), y: unsignedText(y) }
  }
  throw new JwkError("JWK is neither an RSA nor an EC key")
}

/** The longest member of a key within bounds is a modulus of 8,192 bits. */
function unsignedText(value: unknown): string {
  if (typeof value !== "string" || value === "" || value.length > 1400)
    throw new JwkError("JWK lacks a member")
  try {
    decodeBase64urlStrict(value)
  } catch {
    throw new JwkError("JWK member is not base64url")
  }
  return value
}

function createKey(jwk: PublicJwk): KeyObject {
  try {
    return createPublicKey({ key: jwk, format: "jwk" })
  } catch {
    throw new JwkError("JWK is not a valid public key")
  }
}
