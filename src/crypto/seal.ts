import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from "node:crypto"

/** A 256-bit key that seals data, with the id under which stored records name it. */
export interface SealingKey {
  readonly id: string
  readonly key: KeyObject
}

/** An envelope does not open: it was changed, belongs to another place, or was sealed with another key. */
export class SealError extends Error {
  override readonly name = "SealError"
}

const envelopeFormat = 1
const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16
const headerBytes = 1 + nonceBytes

/**
 * Makes a sealing key of 32 secret bytes. The caller may overwrite the bytes afterwards.
 *
 * @throws TypeError not exactly 32 bytes
 */
export function importSealingKey(id: string, bytes: Uint8Array): SealingKey {
  if (bytes.length !== keyBytes) throw new TypeError("A sealing key has 32 bytes")
  return { id, key: createSecretKey(bytes) }
}

/**
 * Seals data with AES-256-GCM and binds it to a place, such as tenant, vault, name and version. Only the same key and
 * the same place open it.
 *
 * The envelope is a format byte, a random 12-byte nonce, the ciphertext and a 16-byte tag. Random nonces keep one key
 * safe for about 2^32 envelopes; use a key per vault or tenant, not one for everything.
 *
 * @see NIST SP 800-38D section 8.3, https://csrc.nist.gov/pubs/sp/800/38/d/final
 */
export function seal(sealingKey: SealingKey, plaintext: Uint8Array, place: readonly string[]): Uint8Array {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv("aes-256-gcm", sealingKey.key, nonce, { authTagLength: tagBytes })
  cipher.setAAD(encodePlace(place))
  const ciphertext = cipher.update(plaintext)
  cipher.final()
  return Buffer.concat([Buffer.of(envelopeFormat), nonce, ciphertext, cipher.getAuthTag()])
}

/**
 * Opens an envelope made by `seal`.
 *
 * @throws SealError the envelope was changed or cut, or key or place differ; the message never says which
 */
export function unseal(sealingKey: SealingKey, envelope: Uint8Array, place: readonly string[]): Uint8Array {
  if (envelope.length < headerBytes + tagBytes || envelope[0] !== envelopeFormat) throw cannotOpen()
  const tagStart = envelope.length - tagBytes
  const nonce = envelope.subarray(1, headerBytes)
  const decipher = createDecipheriv("aes-256-gcm", sealingKey.key, nonce, { authTagLength: tagBytes })
  decipher.setAAD(encodePlace(place))
  decipher.setAuthTag(envelope.subarray(tagStart))
  const plaintext = decipher.update(envelope.subarray(headerBytes, tagStart))
  try {
    decipher.final()
  } catch {
    plaintext.fill(0)
    throw cannotOpen()
  }
  return plaintext
}

/**
 * Seals one 32-byte key with another.
 *
 * @throws TypeError not exactly 32 bytes
 */
export function wrapKey(wrappingKey: SealingKey, key: Uint8Array, place: readonly string[]): Uint8Array {
  if (key.length !== keyBytes) throw new TypeError("A wrapped key has 32 bytes")
  return seal(wrappingKey, key, place)
}

/**
 * Opens a key sealed by `wrapKey`.
 *
 * @throws SealError the envelope does not open, or does not hold 32 bytes
 */
export function unwrapKey(
  wrappingKey: SealingKey,
  envelope: Uint8Array,
  place: readonly string[],
): Uint8Array {
  const key = unseal(wrappingKey, envelope, place)
  if (key.length !== keyBytes) throw cannotOpen()
  return key
}

/**
 * Derives 32 bytes for one purpose from root bytes of at least 32. Different purposes give independent keys.
 *
 * @see RFC 5869, https://www.rfc-editor.org/rfc/rfc5869.html
 * @throws TypeError fewer than 32 root bytes, or an empty purpose
 */
export function deriveKey(rootBytes: Uint8Array, purpose: string): Uint8Array {
  if (rootBytes.length < keyBytes) throw new TypeError("A root key has at least 32 bytes")
  if (purpose === "") throw new TypeError("A derived key needs a purpose")
  return new Uint8Array(hkdfSync("sha256", rootBytes, "keybearer root key", encodePlace([purpose]), keyBytes))
}

/** Count and lengths come first, so that no two lists of parts encode alike: ["a", "b"] is not ["ab"]. */
function encodePlace(place: readonly string[]): Uint8Array {
  const chunks: Buffer[] = [uint32(place.length)]
  for (const part of place) {
    // A lone surrogate would become U+FFFD and make two places one.
    if (!part.isWellFormed()) throw new TypeError("A place is well-formed Unicode")
    const bytes = Buffer.from(part, "utf8")
    chunks.push(uint32(bytes.length), bytes)
  }
  return Buffer.concat(chunks)
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function cannotOpen(): SealError {
  return new SealError("Cannot open sealed data: it was changed, moved, or sealed with another key")
}
