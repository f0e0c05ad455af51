import { createHash, createPublicKey, type KeyObject, sign as nodeSign } from "node:crypto"
import {
  elementAt,
  encode,
  encodeBitString,
  encodeInteger,
  encodeOid,
  encodeSequence,
  encodeSet,
  encodeTime,
  readBitString,
  readChildren,
  readElement,
  tags,
} from "./der.ts"
import { randomBytes } from "./random.ts"
import { type Certificate, type CurveName, findCurveName, parseCertificate } from "./x509.ts"
import {
  authorityKeyIdentifierExtension,
  basicConstraintsExtension,
  extendedKeyUsageExtension,
  type KeyUsage,
  keyUsageExtension,
  nameConstraintsExtension,
  type SubjectAltNames,
  subjectAltNameExtension,
  subjectKeyIdentifierExtension,
} from "./x509-extensions.ts"
import { encodeName } from "./x509-names.ts"

export { DistinguishedNameError } from "./x509-names.ts"

/** What a request or certificate says about its subject, besides the key. */
export interface SubjectDescription {
  /** Most specific part first, such as `CN=a, O=b`; may be empty. */
  readonly subject: string
  readonly subjectAltNames?: Partial<SubjectAltNames>
  readonly keyUsage?: readonly KeyUsage[]
  readonly extendedKeyUsageOids?: readonly string[]
}

/** Epoch seconds, both inclusive. */
export interface Validity {
  readonly notBefore: number
  readonly notAfter: number
}

/** A certificate authority that can issue. */
export interface CertificateAuthority {
  readonly certificate: Certificate
  readonly privateKey: KeyObject
}

export const serverAuthOid = "1.3.6.1.5.5.7.3.1"
export const clientAuthOid = "1.3.6.1.5.5.7.3.2"

interface CertificateBody extends Validity {
  readonly subject: Uint8Array
  readonly subjectPublicKeyInfo: Uint8Array
  readonly issuer: Uint8Array
  readonly issuerKey: KeyObject
  readonly extensions: readonly Uint8Array[]
}

const ecdsaWithSha256 = { digest: "sha256", identifier: encodeSequence(encodeOid("1.2.840.10045.4.3.2")) }
const signatures: Readonly<Record<CurveName | "RSA", { digest: string; identifier: Uint8Array }>> = {
  RSA: {
    digest: "sha256",
    identifier: encodeSequence(encodeOid("1.2.840.113549.1.1.11"), encode(tags.null)),
  },
  "P-256": ecdsaWithSha256,
  "P-256K": ecdsaWithSha256,
  "P-384": { digest: "sha384", identifier: encodeSequence(encodeOid("1.2.840.10045.4.3.3")) },
  "P-521": { digest: "sha512", identifier: encodeSequence(encodeOid("1.2.840.10045.4.3.4")) },
}

/**
 * Issues a certificate that its own key signs, laid out as Key Vault does it: version 3, 16 random serial bytes,
 * extensions in the order key usage (critical), basic constraints, extended key usage, other names, key identifiers.
 *
 * @throws DistinguishedNameError the subject is no distinguished name
 * @throws TypeError an IP address or other name that cannot be written, or a key that is neither RSA nor EC
 * @see contracts/keyvault.md 3.2
 */
export function createSelfSignedCertificate(
  options: SubjectDescription & Validity & { readonly privateKey: KeyObject },
): Certificate {
  const subject = encodeName(options.subject)
  const subjectPublicKeyInfo = exportPublicKey(createPublicKey(options.privateKey))
  const keyIdentifier = identifyKey(subjectPublicKeyInfo)
  const extensions = [
    ...describedExtensions(options),
    authorityKeyIdentifierExtension(keyIdentifier),
    subjectKeyIdentifierExtension(keyIdentifier),
  ]
  const { privateKey: issuerKey, notBefore, notAfter } = options
  return signCertificate({
    subject,
    issuer: subject,
    subjectPublicKeyInfo,
    issuerKey,
    notBefore,
    notAfter,
    extensions,
  })
}

/**
 * Issues the root certificate of a certificate authority. It may issue end certificates only, and only for the DNS
 * names given (with everything below them) and the IP addresses given, so that its theft does not endanger other sites
 * on the machines that trust it.
 *
 * @throws DistinguishedNameError the subject is no distinguished name
 * @throws TypeError a name that cannot be written
 */
export function createCertificateAuthority(
  options: Validity & {
    readonly subject: string
    readonly privateKey: KeyObject
    readonly permittedDnsNames: readonly string[]
    readonly permittedIpAddresses: readonly string[]
  },
): CertificateAuthority {
  const { privateKey, notBefore, notAfter } = options
  const subject = encodeName(options.subject)
  const subjectPublicKeyInfo = exportPublicKey(createPublicKey(privateKey))
  const extensions = [
    keyUsageExtension(["keyCertSign", "cRLSign"]),
    basicConstraintsExtension(true),
    nameConstraintsExtension({
      dnsNames: options.permittedDnsNames,
      ipAddresses: options.permittedIpAddresses,
    }),
    subjectKeyIdentifierExtension(identifyKey(subjectPublicKeyInfo)),
  ]
  const body = {
    subject,
    issuer: subject,
    subjectPublicKeyInfo,
    issuerKey: privateKey,
    notBefore,
    notAfter,
    extensions,
  }
  return { certificate: signCertificate(body), privateKey }
}

/**
 * Issues an end certificate by a certificate authority for a public key.
 *
 * @throws DistinguishedNameError the subject is no distinguished name
 * @throws TypeError a name that cannot be written
 */
export function issueCertificate(
  authority: CertificateAuthority,
  options: SubjectDescription & Validity & { readonly publicKey: KeyObject },
): Certificate {
  const issuerKeyInfo = exportPublicKey(authority.certificate.publicKey)
  const subjectPublicKeyInfo = exportPublicKey(options.publicKey)
  return signCertificate({
    subject: encodeName(options.subject),
    issuer: subjectNameOf(authority.certificate),
    subjectPublicKeyInfo,
    issuerKey: authority.privateKey,
    notBefore: options.notBefore,
    notAfter: options.notAfter,
    extensions: [
      ...describedExtensions(options),
      authorityKeyIdentifierExtension(identifyKey(issuerKeyInfo)),
      subjectKeyIdentifierExtension(identifyKey(subjectPublicKeyInfo)),
    ],
  })
}

/** Issues a TLS server certificate for names and addresses; the first DNS name becomes its CN. */
export function issueServerCertificate(
  authority: CertificateAuthority,
  options: Validity & {
    readonly publicKey: KeyObject
    readonly dnsNames: readonly string[]
    readonly ipAddresses: readonly string[]
  },
): Certificate {
  const { publicKey, notBefore, notAfter, dnsNames, ipAddresses } = options
  return issueCertificate(authority, {
    subject: `CN=${dnsNames[0] ?? ipAddresses[0] ?? "server"}`,
    subjectAltNames: { dnsNames, ipAddresses },
    keyUsage: ["digitalSignature"],
    extendedKeyUsageOids: [serverAuthOid],
    publicKey,
    notBefore,
    notAfter,
  })
}

/**
 * Creates a certificate signing request (PKCS#10, DER) for another authority to answer.
 *
 * @throws DistinguishedNameError the subject is no distinguished name
 * @throws TypeError a name that cannot be written
 * @see RFC 2986 section 4, https://www.rfc-editor.org/rfc/rfc2986.html#section-4
 */
export function createCertificateRequest(
  options: SubjectDescription & { readonly privateKey: KeyObject },
): Uint8Array {
  const extensionRequest = encodeSequence(
    encodeOid("1.2.840.113549.1.9.14"),
    encodeSet(encodeSequence(...describedExtensions(options))),
  )
  const body = encodeSequence(
    encodeInteger(0),
    encodeName(options.subject),
    exportPublicKey(createPublicKey(options.privateKey)),
    encode(0xa0, extensionRequest),
  )
  return signBody(body, options.privateKey)
}

function describedExtensions(description: SubjectDescription): Uint8Array[] {
  const { keyUsage = [], extendedKeyUsageOids = [], subjectAltNames = {} } = description
  const otherNames = subjectAltNameExtension(subjectAltNames)
  return [
    ...(keyUsage.length > 0 ? [keyUsageExtension(keyUsage)] : []),
    basicConstraintsExtension(false),
    ...(extendedKeyUsageOids.length > 0 ? [extendedKeyUsageExtension(extendedKeyUsageOids)] : []),
    ...(otherNames ? [otherNames] : []),
  ]
}

function signCertificate(body: CertificateBody): Certificate {
  const toBeSigned = encodeSequence(
    encode(0xa0, encodeInteger(2)),
    encodeInteger(randomSerialNumber()),
    signatureOf(body.issuerKey).identifier,
    body.issuer,
    encodeSequence(encodeTime(body.notBefore), encodeTime(body.notAfter)),
    body.subject,
    body.subjectPublicKeyInfo,
    encode(0xa3, encodeSequence(...body.extensions)),
  )
  return parseCertificate(signBody(toBeSigned, body.issuerKey))
}

function signBody(body: Uint8Array, key: KeyObject): Uint8Array {
  const { digest, identifier } = signatureOf(key)
  return encodeSequence(body, identifier, encodeBitString(nodeSign(digest, body, key)))
}

function signatureOf(key: KeyObject): { digest: string; identifier: Uint8Array } {
  const kind = key.asymmetricKeyType === "rsa" ? "RSA" : findCurveName(key)
  if (kind === undefined) throw new TypeError("Only RSA and EC keys sign certificates here")
  return signatures[kind]
}

/** 16 bytes, positive, and never with a zero byte in front. */
function randomSerialNumber(): Uint8Array {
  const bytes = Uint8Array.from(randomBytes(16))
  bytes[0] = (bytes[0]! & 0x3f) | 0x40
  return bytes
}

function exportPublicKey(key: KeyObject): Uint8Array {
  return key.export({ type: "spki", format: "der" })
}

/** @see RFC 5280 section 4.2.1.2 method (1), https://www.rfc-editor.org/rfc/rfc5280.html#section-4.2.1.2 */
function identifyKey(subjectPublicKeyInfo: Uint8Array): Uint8Array {
  const publicKey = readBitString(elementAt(readChildren(readElement(subjectPublicKeyInfo)), 1))
  return createHash("sha1").update(publicKey).digest()
}

/** The encoded subject itself: spelled again, it could differ in string types and then not match as issuer. */
function subjectNameOf(certificate: Certificate): Uint8Array {
  const fields = readChildren(elementAt(readChildren(readElement(certificate.der)), 0))
  return elementAt(fields, fields[0]?.tag === 0xa0 ? 5 : 4, tags.sequence).encoded
}
