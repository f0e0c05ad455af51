import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from "node:crypto"

/**
 * Makes a MAC key (or a pepper) of secret bytes. Make it once and keep it: Node takes five times longer for a MAC
 * when it is given bytes each time.
 *
 * @throws TypeError fewer than 16 bytes
 */
export function importMacKey(bytes: Uint8Array): KeyObject {
  if (bytes.length < 16) throw new TypeError("A MAC key has at least 16 bytes")
  return createSecretKey(bytes)
}

/** Returns the 32-byte HMAC-SHA-256 of data; text is taken as UTF-8. */
export function hmacSha256(key: KeyObject, data: Uint8Array | string): Uint8Array {
  return createHmac("sha256", key).update(data).digest()
}

/** Compares two MACs or digests in a time that depends on their lengths alone. */
export function digestsEqual(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right)
}

/** Returns the HMAC of data under a key that is used once, such as one derived from a password. */
export function hmacSha(
  digest: "sha1" | "sha256" | "sha384" | "sha512",
  keyBytes: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  return createHmac(digest, createSecretKey(keyBytes)).update(data).digest()
}
