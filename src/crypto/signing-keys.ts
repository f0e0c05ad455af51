import type { KeyObject } from "node:crypto"
import { encodeBase64url } from "./base64url.ts"
import {
  exportPrivateKey,
  generateRsaKeyPair,
  importPrivateKey,
  publicKeysEqual,
  toPublicKey,
} from "./key-pairs.ts"
import { type Certificate, parseCertificate } from "./x509.ts"
import { createSelfSignedCertificate } from "./x509-issue.ts"

/** A token-signing key as issuers publish it: RSA-2048 with a self-signed certificate around the public key. */
export interface SigningKey {
  /** Key id in token headers and in the key set: base64url of the certificate's SHA-1, equal to `x5t`. */
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly certificate: Certificate
}

/** A signing key as plain bytes. `privateKeyPkcs8` is secret: seal it before it is stored. */
export interface ExportedSigningKey {
  readonly privateKeyPkcs8: Uint8Array
  readonly certificateDer: Uint8Array
}

const backdatingSeconds = 600
const validityYears = 5

/**
 * Generates a token-signing key (some 0.1 seconds, on another thread). Its certificate holds from ten minutes before
 * `now` for five years; how long the key signs is for the caller to decide.
 *
 * @param now epoch seconds
 * @see contracts/entra.md 1.3 (key set)
 */
export async function generateSigningKey({ now }: { readonly now: number }): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateRsaKeyPair(2048)
  const certificate = createSelfSignedCertificate({
    subject: "CN=keybearer token signing",
    privateKey,
    notBefore: now - backdatingSeconds,
    notAfter: now + validityYears * 365 * 86_400,
    keyUsage: ["digitalSignature"],
  })
  return { kid: toKid(certificate), privateKey, publicKey, certificate }
}

/** Returns a signing key as bytes to seal and store. */
export function exportSigningKey(signingKey: SigningKey): ExportedSigningKey {
  return {
    privateKeyPkcs8: exportPrivateKey(signingKey.privateKey),
    certificateDer: signingKey.certificate.der,
  }
}

/**
 * Makes a signing key of the bytes that `exportSigningKey` gave.
 *
 * @throws TypeError the private key is not PKCS#8, or is not the certificate's
 * @throws CertificateError the certificate is none
 */
export function importSigningKey({ privateKeyPkcs8, certificateDer }: ExportedSigningKey): SigningKey {
  const privateKey = importPrivateKey(privateKeyPkcs8)
  const publicKey = toPublicKey(privateKey)
  const certificate = parseCertificate(certificateDer)
  if (!publicKeysEqual(certificate.publicKey, publicKey))
    throw new TypeError("Stored signing key is not its certificate's")
  return { kid: toKid(certificate), privateKey, publicKey, certificate }
}

function toKid(certificate: Certificate): string {
  return encodeBase64url(certificate.thumbprintSha1)
}
