import { createPrivateKey, type KeyObject } from "node:crypto"
import { exportPrivateKey, publicKeysEqual, toPublicKey } from "./key-pairs.ts"
import { type Certificate, findCurveName, isIssuedBy, parseCertificate } from "./x509.ts"

/** A private key with its certificates, as a PFX file or a PEM bundle holds them. */
export interface KeyBundle {
  readonly privateKey: KeyObject
  /** The private key as PKCS#8 DER. Secret. */
  readonly privateKeyPkcs8: Uint8Array
  /** The key's own certificate first, then each one's issuer as far as present, then the rest as it came. */
  readonly certificates: readonly Certificate[]
  /** The same certificates in the order of the file. */
  readonly certificatesInFileOrder: readonly Certificate[]
}

export type PfxErrorReason = "wrongPassword" | "malformed" | "noPrivateKey" | "noCertificate" | "unsupported"

/** A PFX file or PEM bundle cannot be used. The message says why and holds nothing of the file or the password. */
export class PfxError extends Error {
  override readonly name = "PfxError"
  readonly reason: PfxErrorReason

  constructor(reason: PfxErrorReason, message: string) {
    super(message)
    this.reason = reason
  }
}

const maxCertificates = 32
const maxKeys = 32

/**
 * Joins keys and certificates found in a file: takes the first key that has a certificate, and orders the chain.
 *
 * @param keys private keys as PKCS#8 DER, or already read
 * @throws PfxError `noPrivateKey`, `noCertificate` (none at all, or none of the key), `malformed`, `unsupported`
 */
export function assembleKeyBundle(
  keys: readonly (Uint8Array | KeyObject)[],
  certificateDers: readonly Uint8Array[],
): KeyBundle {
  if (keys.length === 0) throw new PfxError("noPrivateKey", "File holds no private key")
  if (certificateDers.length === 0) throw new PfxError("noCertificate", "File holds no certificate")
  if (certificateDers.length > maxCertificates) {
    throw new PfxError("unsupported", `File holds more than ${maxCertificates} certificates`)
  }
  // Each key is compared with each certificate.
  if (keys.length > maxKeys) throw new PfxError("unsupported", `File holds more than ${maxKeys} private keys`)
  const privateKeys = keys.map(readPrivateKey)
  const certificatesInFileOrder = certificateDers.map(readCertificate)
  for (const privateKey of privateKeys) {
    const certificates = orderChain(certificatesInFileOrder, toPublicKey(privateKey))
    if (certificates === undefined) continue
    return {
      privateKey,
      privateKeyPkcs8: exportPrivateKey(privateKey),
      certificates,
      certificatesInFileOrder,
    }
  }
  throw new PfxError("noCertificate", "File holds no certificate of its private key")
}

/**
 * Orders certificates: that of the public key first, then each one's issuer, then those outside of the chain. A root
 * at the end is kept. Undefined when none is of the public key.
 */
export function orderChain(
  certificates: readonly Certificate[],
  publicKey: KeyObject,
): Certificate[] | undefined {
  const rest = [...certificates]
  const ordered: Certificate[] = []
  let next = rest.find((certificate) => publicKeysEqual(certificate.publicKey, publicKey))
  while (next !== undefined) {
    const current = next
    ordered.push(current)
    rest.splice(rest.indexOf(current), 1)
    next = rest.find((other) => other.subject === current.issuer && isIssuedBy(current, other))
  }
  return ordered.length === 0 ? undefined : [...ordered, ...rest]
}

function readPrivateKey(key: Uint8Array | KeyObject): KeyObject {
  const privateKey = key instanceof Uint8Array ? readPkcs8(key) : key
  if (privateKey.asymmetricKeyType !== "rsa" && findCurveName(privateKey) === undefined) {
    throw new PfxError("unsupported", "Private key is neither RSA nor EC on P-256, P-384, P-521 or P-256K")
  }
  return privateKey
}

function readPkcs8(pkcs8: Uint8Array): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" })
  } catch {
    throw new PfxError("malformed", "Private key is not PKCS#8")
  }
}

function readCertificate(der: Uint8Array): Certificate {
  try {
    return parseCertificate(der)
  } catch {
    throw new PfxError("malformed", "Certificate cannot be read")
  }
}
