/** A text is not base64 of the demanded kind. The message never quotes the text. */
export class Base64Error extends Error {
  override readonly name = "Base64Error"
}

const lenientAlphabet = /^[A-Za-z0-9+/_-]*={0,2}$/

/** Encodes bytes as base64url without padding. */
export function encodeBase64url(bytes: Uint8Array): string {
  return toBuffer(bytes).toString("base64url")
}

/**
 * Decodes base64url strictly: URL alphabet only, no padding, no white space, unused bits zero. There is exactly one
 * accepted spelling of any bytes, so a signed text cannot be respelled.
 *
 * @throws Base64Error any other text
 * @see RFC 7515 section 2, https://www.rfc-editor.org/rfc/rfc7515.html#section-2
 */
export function decodeBase64urlStrict(text: string): Uint8Array {
  const bytes = Buffer.from(text, "base64url")
  if (bytes.toString("base64url") !== text)
    throw new Base64Error("Text is not canonical base64url without padding")
  return bytes
}

/**
 * Decodes base64 in either alphabet, with or without padding, with line breaks and spaces allowed: what official
 * clients send as thumbprints and as PFX values.
 *
 * @throws Base64Error a character of neither alphabet, or an impossible length
 */
export function decodeBase64Lenient(text: string): Uint8Array {
  const compact = text.replace(/[\t\n\r ]+/g, "")
  // In time that grows with the length alone: a search for padding from every `=` of a hostile text would not.
  const padding = compact.endsWith("==") ? 2 : Number(compact.endsWith("="))
  const fits = lenientAlphabet.test(compact) && (compact.length - padding) % 4 !== 1
  if (!fits) throw new Base64Error("Text is not base64")
  return Buffer.from(compact, "base64")
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
