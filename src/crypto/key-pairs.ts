import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from "node:crypto"
import { promisify } from "node:util"
import type { CurveName } from "./x509.ts"

const generate = promisify(generateKeyPair)

const openSslNames: Readonly<Record<CurveName, string>> = {
  "P-256": "prime256v1",
  "P-384": "secp384r1",
  "P-521": "secp521r1",
  "P-256K": "secp256k1",
}

/** A private key and its public key. */
export interface KeyPair {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

/** Generates an RSA key with exponent 65537, on another thread: 2,048 bits take some 0.1 seconds, 4,096 several. */
export async function generateRsaKeyPair(modulusBits: 2048 | 3072 | 4096): Promise<KeyPair> {
  return generate("rsa", { modulusLength: modulusBits })
}

/** Generates an EC key. */
export async function generateEcKeyPair(curve: CurveName): Promise<KeyPair> {
  return generate("ec", { namedCurve: openSslNames[curve] })
}

/** Returns a private key as PKCS#8 DER, the form to seal. The bytes are secret. */
export function exportPrivateKey(privateKey: KeyObject): Uint8Array {
  return privateKey.export({ type: "pkcs8", format: "der" })
}

/** Makes a private key of PKCS#8 DER that `exportPrivateKey` made. @throws TypeError the bytes are no such key */
export function importPrivateKey(pkcs8: Uint8Array): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" })
  } catch {
    throw new TypeError("Stored private key is not PKCS#8")
  }
}

/** Returns the public key of a private key. */
export function toPublicKey(privateKey: KeyObject): KeyObject {
  return createPublicKey(privateKey)
}

/**
 * Tells whether two public keys are the same. Use this and not `KeyObject.equals`: for keys of different types, that
 * leaves an error behind in OpenSSL, and the next private key that anybody reads in this thread then fails.
 */
export function publicKeysEqual(left: KeyObject, right: KeyObject): boolean {
  return (
    left.asymmetricKeyType === right.asymmetricKeyType &&
    left.asymmetricKeyDetails?.namedCurve === right.asymmetricKeyDetails?.namedCurve &&
    left.equals(right)
  )
}
