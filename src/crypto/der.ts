/**
 * Reading and writing of ASN.1 in DER, as far as X.509, PKCS#8, PKCS#10 and PKCS#12 need it. Reading also takes the
 * BER forms that older PFX writers use: indefinite lengths and octet strings in pieces.
 *
 * @see ITU-T X.690, https://www.itu.int/rec/T-REC-X.690
 */

/** Identifier octets: class, constructed bit and tag number in one. */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const

/** Bytes are not the ASN.1 that was expected. The message never holds any of them. */
export class DerError extends Error {
  override readonly name = "DerError"
}

/** One element: its identifier octet, its contents, and the whole as encoded. */
export interface DerElement {
  readonly tag: number
  readonly content: Uint8Array
  readonly encoded: Uint8Array
}

const constructedBit = 0x20
const maxDepth = 24

/**
 * Reads exactly one element.
 *
 * @param expectedTag identifier octet that it must have
 * @throws DerError cut short, followed by other bytes, or of another tag
 */
export function readElement(bytes: Uint8Array, expectedTag?: number): DerElement {
  const element = readAt(bytes, 0, 0)
  if (element.encoded.length !== bytes.length) throw new DerError("Bytes follow the ASN.1 element")
  if (expectedTag !== undefined) assertTag(element, expectedTag)
  return element
}

/**
 * Reads the elements inside a constructed element.
 *
 * @throws DerError cut short, primitive, or not of `expectedTag` where given
 */
export function readChildren(element: DerElement, expectedTag?: number): DerElement[] {
  if (expectedTag !== undefined) assertTag(element, expectedTag)
  if ((element.tag & constructedBit) === 0) throw new DerError("ASN.1 element has no parts")
  return readAll(element.content)
}

/** Returns the element at a position of a list. @throws DerError there is none, or it is of another tag */
export function elementAt(elements: readonly DerElement[], index: number, expectedTag?: number): DerElement {
  const element = elements[index]
  if (element === undefined) throw new DerError("ASN.1 element is missing")
  if (expectedTag !== undefined) assertTag(element, expectedTag)
  return element
}

/**
 * Returns the bytes of an OCTET STRING, joining the pieces of a constructed one (also under an implicit tag).
 *
 * @throws DerError pieces nested more than 24 deep
 */
export function readOctets(element: DerElement, depth = 0): Uint8Array {
  if ((element.tag & constructedBit) === 0) return element.content
  if (depth >= maxDepth) throw new DerError("ASN.1 octet string is nested too deep")
  return Buffer.concat(readAll(element.content).map((piece) => readOctets(piece, depth + 1)))
}

/** Returns the bytes of a BIT STRING that has no unused bits. @throws DerError otherwise */
export function readBitString(element: DerElement): Uint8Array {
  assertTag(element, tags.bitString)
  if (element.content[0] !== 0) throw new DerError("ASN.1 bit string is not whole bytes")
  return element.content.subarray(1)
}

/** Returns a non-negative INTEGER up to `maximum`. @throws DerError negative, larger, or no integer */
export function readSmallInteger(element: DerElement, maximum: number): number {
  assertTag(element, tags.integer)
  const { content } = element
  if (content.length === 0 || content.length > 6 || content[0]! >= 0x80)
    throw new DerError("ASN.1 integer out of range")
  const value = Buffer.from(content).readUIntBE(0, content.length)
  if (value > maximum) throw new DerError("ASN.1 integer out of range")
  return value
}

/** Returns an OBJECT IDENTIFIER in dotted form. @throws DerError no object identifier, or an arc beyond 2^48 */
export function readOid(element: DerElement): string {
  assertTag(element, tags.oid)
  const arcs: number[] = []
  let arc = 0
  for (const byte of element.content) {
    arc = arc * 128 + (byte & 0x7f)
    if (arc > 2 ** 48) throw new DerError("ASN.1 object identifier out of range")
    if (byte < 0x80) {
      arcs.push(arc)
      arc = 0
    }
  }
  const first = arcs.shift()
  if (first === undefined || element.content.at(-1)! >= 0x80)
    throw new DerError("ASN.1 object identifier is cut short")
  const root = Math.min(Math.floor(first / 40), 2)
  return [root, first - root * 40, ...arcs].join(".")
}

/** Returns text of any of the ASN.1 string types that names use. @throws DerError of a type that is no text */
export function readText(element: DerElement): string {
  const bytes = Buffer.from(element.content)
  switch (element.tag) {
    case tags.utf8String:
      return bytes.toString("utf8")
    case tags.bmpString:
      return bytes
        .subarray(0, bytes.length & ~1)
        .swap16()
        .toString("utf16le")
    case tags.printableString:
    case tags.ia5String:
    case 0x12: // NumericString
    case 0x14: // TeletexString, in practice Latin-1
    case 0x1a: // VisibleString
      return bytes.toString("latin1")
    default:
      throw new DerError("ASN.1 element is no text")
  }
}

/** Encodes an element of an identifier octet around parts. */
export function encode(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.of(tag, ...encodeLength(content.length)), content])
}

/** Encodes a SEQUENCE of encoded elements. */
export function encodeSequence(...parts: readonly Uint8Array[]): Uint8Array {
  return encode(tags.sequence, ...parts)
}

/** Encodes a SET of encoded elements in DER order. */
export function encodeSet(...parts: readonly Uint8Array[]): Uint8Array {
  return encode(tags.set, ...[...parts].sort((left, right) => Buffer.compare(left, right)))
}

/** Encodes a non-negative INTEGER, given as number or as big-endian bytes. */
export function encodeInteger(value: number | Uint8Array): Uint8Array {
  const bytes = typeof value === "number" ? Buffer.from(value.toString(16).padStart(12, "0"), "hex") : value
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1
  const sign = bytes[start]! >= 0x80 ? Buffer.of(0) : Buffer.alloc(0)
  return encode(tags.integer, sign, bytes.subarray(start))
}

/** Encodes an OBJECT IDENTIFIER given in dotted form. @throws TypeError not in dotted form */
export function encodeOid(oid: string): Uint8Array {
  if (!/^[0-2](\.(0|[1-9]\d{0,13}))+$/.test(oid))
    throw new TypeError("An object identifier is numbers with dots between")
  const [root = 0, second = 0, ...rest] = oid.split(".").map(Number)
  if (root < 2 && second > 39) throw new TypeError("An object identifier's second number is at most 39")
  return encode(tags.oid, Buffer.from([root * 40 + second, ...rest].flatMap(encodeArc)))
}

/** Encodes a BOOLEAN that is true; DER leaves out false, which is always the default here. */
export function encodeTrue(): Uint8Array {
  return encode(tags.boolean, Buffer.of(0xff))
}

/** Encodes a BIT STRING of whole bytes. */
export function encodeBitString(bytes: Uint8Array): Uint8Array {
  return encode(tags.bitString, Buffer.of(0), bytes)
}

/** Encodes epoch seconds as UTCTime until 2049 and GeneralizedTime after, as RFC 5280 section 4.1.2.5 demands. */
export function encodeTime(epochSeconds: number): Uint8Array {
  const digits = new Date(epochSeconds * 1000).toISOString().replace(/\.\d+Z$|[-:T]/g, "")
  const isUtcTime = digits >= "1950" && digits < "2050"
  const text = `${isUtcTime ? digits.slice(2) : digits}Z`
  return encode(isUtcTime ? tags.utcTime : tags.generalizedTime, Buffer.from(text, "latin1"))
}

function readAll(bytes: Uint8Array): DerElement[] {
  const elements: DerElement[] = []
  for (let at = 0; at < bytes.length;) {
    const element = readAt(bytes, at, 0)
    elements.push(element)
    at += element.encoded.length
  }
  return elements
}

function readAt(bytes: Uint8Array, start: number, depth: number): DerElement {
  const tag = bytes[start]
  const lengthOctet = bytes[start + 1]
  if (tag === undefined || lengthOctet === undefined) throw new DerError("ASN.1 element is cut short")
  if ((tag & 0x1f) === 0x1f) throw new DerError("ASN.1 tag number is too high")
  if (lengthOctet === 0x80) return readIndefinite(bytes, start, tag, depth)
  const { length, contentStart } = readLength(bytes, start + 1, lengthOctet)
  const end = contentStart + length
  if (end > bytes.length) throw new DerError("ASN.1 element is cut short")
  return { tag, content: bytes.subarray(contentStart, end), encoded: bytes.subarray(start, end) }
}

function readLength(bytes: Uint8Array, at: number, first: number): { length: number; contentStart: number } {
  if (first < 0x80) return { length: first, contentStart: at + 1 }
  const octets = first & 0x7f
  if (octets > 4 || at + 1 + octets > bytes.length) throw new DerError("ASN.1 length is too long")
  const length = Buffer.from(bytes.subarray(at + 1, at + 1 + octets)).readUIntBE(0, octets)
  return { length, contentStart: at + 1 + octets }
}

/** BER only: the contents run until an end mark of two zero bytes. */
function readIndefinite(bytes: Uint8Array, start: number, tag: number, depth: number): DerElement {
  if ((tag & constructedBit) === 0 || depth >= maxDepth)
    throw new DerError("ASN.1 length is not allowed here")
  let at = start + 2
  while (bytes[at] !== 0 || bytes[at + 1] !== 0) at += readAt(bytes, at, depth + 1).encoded.length
  return { tag, content: bytes.subarray(start + 2, at), encoded: bytes.subarray(start, at + 2) }
}

function assertTag(element: DerElement, expectedTag: number): void {
  // An octet string in pieces differs from a plain one in the constructed bit only.
  const isOctets = expectedTag === tags.octetString && element.tag === (tags.octetString | constructedBit)
  if (element.tag !== expectedTag && !isOctets) throw new DerError("ASN.1 element is of another type")
}

function encodeLength(length: number): number[] {
  if (length < 0x80) return [length]
  const octets: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256)
  return [0x80 | octets.length, ...octets]
}

function encodeArc(arc: number): number[] {
  const octets = [arc % 128]
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128))
    octets.unshift(0x80 | (rest % 128))
  return octets
}
