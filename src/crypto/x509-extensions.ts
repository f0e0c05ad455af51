import { isIPv4, isIPv6 } from "node:net"
import {
  type DerElement,
  DerError,
  elementAt,
  encode,
  encodeOid,
  encodeSequence,
  encodeTrue,
  readChildren,
  readElement,
  readOctets,
  readOid,
  readText,
  tags,
} from "./der.ts"

/** Key usages in the order of their bits, in the spelling of RFC 5280 and of Key Vault. */
const keyUsageNames = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
] as const

export type KeyUsage = (typeof keyUsageNames)[number]

/** Other names of a subject; each list may be empty. `upns` are Microsoft user principal names. */
export interface SubjectAltNames {
  readonly dnsNames: readonly string[]
  readonly emails: readonly string[]
  readonly upns: readonly string[]
  readonly uris: readonly string[]
  readonly ipAddresses: readonly string[]
}

/** The only names for which a certificate authority may issue. */
export interface PermittedNames {
  /** Each stands for itself and everything below it. */
  readonly dnsNames: readonly string[]
  /** Single addresses; ranges of another issuer's certificate are left out. */
  readonly ipAddresses: readonly string[]
}

/** What the extensions of a certificate say, empty where an extension is absent. */
export interface CertificateExtensions {
  readonly keyUsage: readonly KeyUsage[]
  readonly extendedKeyUsageOids: readonly string[]
  readonly subjectAltNames: SubjectAltNames
  readonly isCertificateAuthority: boolean
  /** Name constraints of a certificate authority; undefined when it may issue for any name. */
  readonly permittedNames: PermittedNames | undefined
}

const oids = {
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  nameConstraints: "2.5.29.30",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  userPrincipalName: "1.3.6.1.4.1.311.20.2.3",
} as const

/** GeneralName choices, as context-specific tags. */
const generalNames = { otherName: 0xa0, email: 0x81, dns: 0x82, uri: 0x86, ip: 0x87 } as const

/**
 * Reads the extensions that matter here out of the Extensions sequence of a certificate.
 *
 * @throws DerError an extension is malformed or occurs twice
 * @see RFC 5280 section 4.2.1, https://www.rfc-editor.org/rfc/rfc5280.html#section-4.2.1
 */
export function readExtensions(extensions: DerElement | undefined): CertificateExtensions {
  const values = new Map<string, DerElement>()
  for (const extension of extensions ? readChildren(extensions, tags.sequence) : []) {
    const fields = readChildren(extension, tags.sequence)
    const oid = readOid(elementAt(fields, 0))
    if (values.has(oid)) throw new DerError("Certificate has an extension twice")
    values.set(oid, elementAt(fields, fields.length - 1, tags.octetString))
  }
  const read = (oid: string) => {
    const value = values.get(oid)
    return value && readElement(readOctets(value))
  }
  return {
    keyUsage: readKeyUsage(read(oids.keyUsage)),
    extendedKeyUsageOids: readChildrenOf(read(oids.extendedKeyUsage)).map(readOid),
    subjectAltNames: readSubjectAltNames(read(oids.subjectAltName)),
    isCertificateAuthority: readIsAuthority(read(oids.basicConstraints)),
    permittedNames: readPermittedNames(read(oids.nameConstraints)),
  }
}

/** Encodes key usages as critical extension. */
export function keyUsageExtension(usages: readonly KeyUsage[]): Uint8Array {
  const bits = usages.map((usage) => keyUsageNames.indexOf(usage)).filter((bit) => bit >= 0)
  const last = Math.max(0, ...bits)
  const bytes = new Uint8Array(last < 8 ? 1 : 2)
  for (const bit of bits) bytes[bit >> 3]! |= 0x80 >> (bit & 7)
  return extension(oids.keyUsage, encode(tags.bitString, Buffer.of(7 - (last & 7)), bytes), true)
}

/** Encodes extended key usages, given as object identifiers. */
export function extendedKeyUsageExtension(usageOids: readonly string[]): Uint8Array {
  return extension(oids.extendedKeyUsage, encodeSequence(...usageOids.map(encodeOid)))
}

/** Encodes basic constraints: critical for a certificate authority (which then signs no further ones), else plain. */
export function basicConstraintsExtension(isCertificateAuthority: boolean): Uint8Array {
  if (!isCertificateAuthority) return extension(oids.basicConstraints, encodeSequence())
  const pathLengthZero = encode(tags.integer, Buffer.of(0))
  return extension(oids.basicConstraints, encodeSequence(encodeTrue(), pathLengthZero), true)
}

/** Encodes the identifier (SHA-1 of the public key's bits) of the certificate's own key. */
export function subjectKeyIdentifierExtension(keyIdentifier: Uint8Array): Uint8Array {
  return extension(oids.subjectKeyIdentifier, encode(tags.octetString, keyIdentifier))
}

/** Encodes the identifier of the key that signs the certificate. */
export function authorityKeyIdentifierExtension(keyIdentifier: Uint8Array): Uint8Array {
  return extension(oids.authorityKeyIdentifier, encodeSequence(encode(0x80, keyIdentifier)))
}

/** Encodes other names of the subject; undefined when there are none. @throws TypeError a malformed IP address */
export function subjectAltNameExtension(names: Partial<SubjectAltNames>): Uint8Array | undefined {
  const encoded = [
    ...(names.dnsNames ?? []).map((name) => encodeText(generalNames.dns, name)),
    ...(names.ipAddresses ?? []).map((address) => encode(generalNames.ip, encodeIpAddress(address))),
    ...(names.emails ?? []).map((email) => encodeText(generalNames.email, email)),
    ...(names.uris ?? []).map((uri) => encodeText(generalNames.uri, uri)),
    ...(names.upns ?? []).map(encodeUserPrincipalName),
  ]
  return encoded.length === 0 ? undefined : extension(oids.subjectAltName, encodeSequence(...encoded))
}

/**
 * Encodes, as critical, the only names for which a certificate authority may issue: DNS names with everything below
 * them, and single IP addresses.
 *
 * @see RFC 5280 section 4.2.1.10, https://www.rfc-editor.org/rfc/rfc5280.html#section-4.2.1.10
 */
export function nameConstraintsExtension(permitted: PermittedNames): Uint8Array {
  const subtrees = [
    ...permitted.dnsNames.map((name) => encodeText(generalNames.dns, name)),
    ...permitted.ipAddresses.map((text) => {
      const address = encodeIpAddress(text)
      return encode(generalNames.ip, address, new Uint8Array(address.length).fill(0xff))
    }),
  ]
  const permittedSubtrees = encode(0xa0, ...subtrees.map((subtree) => encodeSequence(subtree)))
  return extension(oids.nameConstraints, encodeSequence(permittedSubtrees), true)
}

function extension(oid: string, value: Uint8Array, critical = false): Uint8Array {
  const flag = critical ? [encodeTrue()] : []
  return encodeSequence(encodeOid(oid), ...flag, encode(tags.octetString, value))
}

function readChildrenOf(element: DerElement | undefined): DerElement[] {
  return element ? readChildren(element, tags.sequence) : []
}

function readIsAuthority(basicConstraints: DerElement | undefined): boolean {
  const first = readChildrenOf(basicConstraints)[0]
  return first?.tag === tags.boolean && first.content[0] !== 0
}

function readPermittedNames(nameConstraints: DerElement | undefined): PermittedNames | undefined {
  if (nameConstraints === undefined) return undefined
  const permitted = readChildrenOf(nameConstraints).find(({ tag }) => tag === 0xa0)
  const names = (permitted ? readChildren(permitted) : []).map((subtree) =>
    elementAt(readChildren(subtree), 0),
  )
  const addresses = names.filter(({ tag }) => tag === generalNames.ip).map(({ content }) => content)
  return {
    dnsNames: names
      .filter(({ tag }) => tag === generalNames.dns)
      .map(({ content }) => Buffer.from(content).toString("latin1")),
    ipAddresses: addresses
      .filter(isSingleAddress)
      .map((bytes) => formatIpAddress(bytes.subarray(0, bytes.length / 2))),
  }
}

/** Address and mask in one; a mask of ones leaves a single address. */
function isSingleAddress(bytes: Uint8Array): boolean {
  return bytes.subarray(bytes.length / 2).every((byte) => byte === 0xff)
}

function readKeyUsage(element: DerElement | undefined): KeyUsage[] {
  if (element === undefined) return []
  if (element.tag !== tags.bitString) throw new DerError("Key usage is no bit string")
  const bits = element.content.subarray(1)
  return keyUsageNames.filter((_, bit) => ((bits[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0)
}

function readSubjectAltNames(element: DerElement | undefined): SubjectAltNames {
  const names = readChildrenOf(element)
  const texts = (tag: number) =>
    names.filter((name) => name.tag === tag).map(({ content }) => Buffer.from(content).toString("latin1"))
  return {
    dnsNames: texts(generalNames.dns),
    emails: texts(generalNames.email),
    upns: names.filter(({ tag }) => tag === generalNames.otherName).flatMap(readUserPrincipalName),
    uris: texts(generalNames.uri),
    ipAddresses: names
      .filter(({ tag }) => tag === generalNames.ip)
      .map(({ content }) => formatIpAddress(content)),
  }
}

function readUserPrincipalName(otherName: DerElement): string[] {
  const fields = readChildren(otherName)
  if (readOid(elementAt(fields, 0)) !== oids.userPrincipalName) return []
  return [readText(readElement(elementAt(fields, 1, 0xa0).content))]
}

function encodeUserPrincipalName(upn: string): Uint8Array {
  const value = encode(0xa0, encode(tags.utf8String, Buffer.from(upn, "utf8")))
  return encode(generalNames.otherName, encodeOid(oids.userPrincipalName), value)
}

function encodeText(tag: number, text: string): Uint8Array {
  if (!/^[\x21-\x7e]+$/.test(text))
    throw new TypeError("A name in a certificate is printable ASCII without spaces")
  return encode(tag, Buffer.from(text, "latin1"))
}

function encodeIpAddress(text: string): Uint8Array {
  if (isIPv4(text)) return Uint8Array.from(text.split("."), Number)
  if (!isIPv6(text) || text.includes("%"))
    throw new TypeError("An IP address in a certificate is IPv4 or IPv6")
  // The URL parser gives the one canonical form: no embedded IPv4, at most one "::".
  const [head = "", tail] = new URL(`http://[${text}]`).hostname.slice(1, -1).split("::")
  const groups = (part: string) => part.split(":").filter((group) => group !== "")
  const left = groups(head)
  const right = groups(tail ?? "")
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => "0")
  return Uint8Array.from(
    [...left, ...zeros, ...right].flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16)]),
  )
}

function formatIpAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".")
  if (bytes.length !== 16) throw new DerError("IP address in certificate has neither 4 nor 16 bytes")
  const groups = Buffer.from(bytes).toString("hex").match(/.{4}/g) ?? []
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1)
}
