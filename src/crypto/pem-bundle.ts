import { createPrivateKey, type KeyObject } from "node:crypto"
import { assembleKeyBundle, type KeyBundle, PfxError } from "./key-bundle.ts"
import { parsePem, type PemBlock, toPem } from "./pem.ts"

export type { KeyBundle } from "./key-bundle.ts"

/** Types of the DER in a block, by its label. */
const privateKeyTypes: Readonly<Record<string, "pkcs8" | "pkcs1" | "sec1">> = {
  "PRIVATE KEY": "pkcs8",
  "RSA PRIVATE KEY": "pkcs1",
  "EC PRIVATE KEY": "sec1",
}

/**
 * Reads a PEM text with an unencrypted private key and its certificates, in any order.
 *
 * @param text untrusted
 * @throws PfxError `malformed` - no PEM, or a block that is not what its label says
 * @throws PfxError `unsupported` - an encrypted key, or a key that is neither RSA nor EC
 * @throws PfxError `noPrivateKey`, `noCertificate`
 */
export function readPemBundle(text: string): KeyBundle {
  const blocks = readBlocks(text)
  if (blocks.some(({ label }) => label === "ENCRYPTED PRIVATE KEY")) {
    throw new PfxError("unsupported", "Private key in PEM is encrypted; give it unencrypted or use PFX")
  }
  const certificates = blocks.filter(({ label }) => label === "CERTIFICATE").map(({ der }) => der)
  return assembleKeyBundle(blocks.flatMap(readPrivateKeyBlock), certificates)
}

/** Writes a private key (when given, as PKCS#8 DER) and then certificates as PEM. Secret when it holds the key. */
export function writePemBundle(bundle: {
  readonly privateKeyPkcs8?: Uint8Array | undefined
  readonly certificates: readonly { readonly der: Uint8Array }[]
}): string {
  const key = bundle.privateKeyPkcs8 === undefined ? "" : toPem("PRIVATE KEY", bundle.privateKeyPkcs8)
  return key + bundle.certificates.map(({ der }) => toPem("CERTIFICATE", der)).join("")
}

function readBlocks(text: string): PemBlock[] {
  let blocks: PemBlock[]
  try {
    blocks = parsePem(text)
  } catch {
    throw new PfxError("malformed", "Text is not well-formed PEM")
  }
  if (blocks.length === 0) throw new PfxError("malformed", "Text holds no PEM block")
  return blocks
}

function readPrivateKeyBlock({ label, der }: PemBlock): KeyObject[] {
  const type = Object.hasOwn(privateKeyTypes, label) ? privateKeyTypes[label] : undefined
  if (type === undefined) return []
  try {
    return [createPrivateKey({ key: Buffer.from(der), format: "der", type })]
  } catch {
    throw new PfxError("malformed", "Private key in PEM is not what its label says")
  }
}
