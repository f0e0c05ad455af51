/**
 * What a GUID looks like: eight, three times four and twelve hexadecimal digits, in either letter case. Making new ones
 * is ids.ts.
 *
 * @see RFC 9562 section 4, https://www.rfc-editor.org/rfc/rfc9562.html#section-4
 */
export function isGuid(text: string): boolean {
  return guid.test(text)
}

const guid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/** The GUID of zeros, which names nothing. */
export const nilGuid = "00000000-0000-0000-0000-000000000000"
