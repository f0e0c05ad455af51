import { createHash, type KeyObject, X509Certificate } from "node:crypto"
import { type DerElement, elementAt, readChildren, readElement, tags } from "./der.ts"
import { parsePem } from "./pem.ts"
import { type CertificateExtensions, readExtensions } from "./x509-extensions.ts"
import { findCommonName, formatName } from "./x509-names.ts"

export type { KeyUsage, SubjectAltNames } from "./x509-extensions.ts"

/** Names of EC curves in the spelling of Key Vault. */
export type CurveName = "P-256" | "P-384" | "P-521" | "P-256K"

export interface Certificate extends CertificateExtensions {
  readonly der: Uint8Array
  /** Most specific part first, such as `CN=a, O=b`. */
  readonly subject: string
  /** The raw value of the subject's CN. */
  readonly subjectCommonName: string | undefined
  readonly issuer: string
  /** Lower-case hexadecimal, two digits a byte, no sign byte. */
  readonly serialNumberHex: string
  /** Epoch seconds, inclusive. */
  readonly notBefore: number
  /** Epoch seconds, inclusive. */
  readonly notAfter: number
  readonly thumbprintSha1: Uint8Array
  readonly thumbprintSha256: Uint8Array
  readonly publicKey: KeyObject
  readonly keyType: "RSA" | "EC"
  /** Modulus bits; RSA only. */
  readonly keyBits: number | undefined
  /** EC only. */
  readonly curve: CurveName | undefined
}

/** Input is not one X.509 certificate that can be used here. The message holds nothing of the input. */
export class CertificateError extends Error {
  override readonly name = "CertificateError"
}

const maxBytes = 64 * 1024

const curvesByOpenSslName: Readonly<Record<string, CurveName>> = {
  prime256v1: "P-256",
  secp384r1: "P-384",
  secp521r1: "P-521",
  secp256k1: "P-256K",
}

/**
 * Parses one certificate: DER bytes, or PEM text with a single CERTIFICATE block. It proves nothing: neither dates nor
 * signature are checked (`isIssuedBy`).
 *
 * @throws CertificateError not one certificate, over 64 KiB, or a key that is neither RSA nor EC on a known curve
 * @see RFC 5280 section 4.1, https://www.rfc-editor.org/rfc/rfc5280.html#section-4.1
 */
export function parseCertificate(pemOrDer: string | Uint8Array): Certificate {
  try {
    return parseDer(typeof pemOrDer === "string" ? onlyCertificateOf(pemOrDer) : pemOrDer)
  } catch (error) {
    if (error instanceof CertificateError) throw error
    throw new CertificateError("Input is not an X.509 certificate")
  }
}

/** Tells whether the issuer's name and key fit the certificate's issuer name and signature. Dates are not looked at. */
export function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  const subject = new X509Certificate(certificate.der)
  const candidate = new X509Certificate(issuer.der)
  return subject.checkIssued(candidate) && subject.verify(issuer.publicKey)
}

/** Returns the curve of an EC key in the spelling of Key Vault; undefined for other keys and curves. */
export function findCurveName(key: KeyObject): CurveName | undefined {
  return curvesByOpenSslName[key.asymmetricKeyDetails?.namedCurve ?? ""]
}

function onlyCertificateOf(pem: string): Uint8Array {
  const blocks = parsePem(pem)
  const [block] = blocks
  if (block === undefined || blocks.length > 1 || block.label !== "CERTIFICATE") {
    throw new CertificateError("PEM is not a single certificate")
  }
  return block.der
}

function parseDer(input: Uint8Array): Certificate {
  if (input.length > maxBytes) throw new CertificateError("Certificate is longer than 65536 bytes")
  const der = Uint8Array.from(readElement(input, tags.sequence).encoded)
  const parsed = new X509Certificate(der)
  const { serialNumber, issuer, subject, extensions } = readToBeSigned(der)
  return {
    der,
    subject: formatName(subject),
    subjectCommonName: findCommonName(subject),
    issuer: formatName(issuer),
    serialNumberHex: toSerialHex(serialNumber.content),
    notBefore: parsed.validFromDate.getTime() / 1000,
    notAfter: parsed.validToDate.getTime() / 1000,
    thumbprintSha1: createHash("sha1").update(der).digest(),
    thumbprintSha256: createHash("sha256").update(der).digest(),
    publicKey: parsed.publicKey,
    ...describeKey(parsed.publicKey),
    ...readExtensions(extensions),
  }
}

interface ToBeSigned {
  readonly serialNumber: DerElement
  readonly issuer: DerElement
  readonly subject: DerElement
  readonly extensions: DerElement | undefined
}

function readToBeSigned(der: Uint8Array): ToBeSigned {
  const toBeSigned = elementAt(readChildren(readElement(der)), 0)
  const fields = readChildren(toBeSigned, tags.sequence)
  // The version is a tagged field that version 1 certificates leave out.
  const start = fields[0]?.tag === 0xa0 ? 1 : 0
  const extensions = fields.find(({ tag }) => tag === 0xa3)
  return {
    serialNumber: elementAt(fields, start, tags.integer),
    issuer: elementAt(fields, start + 2, tags.sequence),
    subject: elementAt(fields, start + 4, tags.sequence),
    extensions: extensions && readElement(extensions.content, tags.sequence),
  }
}

function describeKey(key: KeyObject): Pick<Certificate, "keyType" | "keyBits" | "curve"> {
  if (key.asymmetricKeyType === "rsa") {
    return { keyType: "RSA", keyBits: key.asymmetricKeyDetails?.modulusLength, curve: undefined }
  }
  const curve = findCurveName(key)
  if (curve === undefined)
    throw new CertificateError("Certificate has a key that is neither RSA nor EC on a known curve")
  return { keyType: "EC", keyBits: undefined, curve }
}

function toSerialHex(content: Uint8Array): string {
  const hex = Buffer.from(content).toString("hex")
  return hex.length > 2 && hex.startsWith("00") ? hex.slice(2) : hex
}
