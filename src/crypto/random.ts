import { randomBytes as nodeRandomBytes } from "node:crypto"

const secretAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
const secretLength = 40

/** Returns `byteCount` bytes from the operating system's random generator. */
export function randomBytes(byteCount: number): Uint8Array {
  return nodeRandomBytes(byteCount)
}

/** Returns `byteCount` random bytes as base64url without padding. */
export function randomBase64url(byteCount: number): string {
  return nodeRandomBytes(byteCount).toString("base64url")
}

/** Returns `byteCount` random bytes as lower-case hexadecimal (two characters a byte). */
export function randomHex(byteCount: number): string {
  return nodeRandomBytes(byteCount).toString("hex")
}

/**
 * Returns a new client-secret-like text: 40 letters and digits, 238 bits.
 *
 * Letters and digits only, so that it needs no quoting in a URL, a form, a shell or an environment file and never
 * looks like an option (`-…`) on a command line.
 */
export function generateSecretText(): string {
  let text = ""
  while (text.length < secretLength) {
    text += unbiasedCharacters(nodeRandomBytes(secretLength + 8))
  }
  return text.slice(0, secretLength)
}

/** Maps bytes to the alphabet and drops those that would favour its first characters. */
function unbiasedCharacters(bytes: Uint8Array): string {
  const fairLimit = 256 - (256 % secretAlphabet.length)
  let characters = ""
  for (const byte of bytes) {
    if (byte < fairLimit) characters += secretAlphabet[byte % secretAlphabet.length]
  }
  return characters
}
