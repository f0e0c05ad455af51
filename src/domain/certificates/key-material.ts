import { Base64Error, decodeBase64Lenient } from "../../crypto/base64url.ts"
import { findKeyWeakness } from "../../crypto/key-strength.ts"
import { readPemBundle } from "../../crypto/pem-bundle.ts"
import { type KeyBundle, PfxError, type PfxErrorReason, readPfx } from "../../crypto/pfx.ts"
import { DomainError, invalidInput } from "../errors.ts"
import type { SecretContentType } from "./secret-value.ts"

export interface KeyMaterial extends KeyBundle {
  /** The form it came in. */
  contentType: SecretContentType
}

const pemBegin = "-----BEGIN"

/**
 * Reads what is imported: base64 of a PFX, PEM text, or base64 of PEM text.
 *
 * @param value untrusted
 * @throws DomainError `invalidInput` saying what is wrong with it
 * @see contracts/keyvault.md 0, fact 10
 */
export async function readKeyMaterial(value: string, password: string | undefined): Promise<KeyMaterial> {
  try {
    const material = await readEitherForm(value, password ?? "")
    assertStrong(material)
    return material
  } catch (error) {
    if (!(error instanceof PfxError)) throw error
    const target = error.reason === "wrongPassword" ? "pwd" : "value"
    throw new DomainError("invalidInput", "certificate", {
      target,
      reason: error.reason,
      detail: `The certificate cannot be imported: ${cures[error.reason]}`,
      cause: error,
    })
  }
}

const cures: Readonly<Record<PfxErrorReason, string>> = {
  wrongPassword:
    "the password is not that of the PFX file. Give it in pwd, or leave pwd out when there is none",
  malformed: "value is neither a whole PFX file in base64 nor PEM. It may have been cut short or damaged",
  noPrivateKey: "value holds no private key. Export the certificate together with its private key",
  noCertificate: "value holds no certificate that belongs to its private key",
  unsupported:
    "value is protected in a way, or has a kind of key, that is not supported. Use an RSA or EC key, in PFX with AES or 3DES or in PEM without encryption",
}

async function readEitherForm(value: string, password: string): Promise<KeyMaterial> {
  if (value.includes(pemBegin)) return fromPem(value)
  const bytes = decode(value)
  const text = Buffer.from(bytes).toString("latin1")
  if (text.includes(pemBegin)) return fromPem(text)
  return { ...(await readPfx(bytes, password)), contentType: "application/x-pkcs12" }
}

function fromPem(text: string): KeyMaterial {
  return { ...readPemBundle(text), contentType: "application/x-pem-file" }
}

function decode(value: string): Uint8Array {
  try {
    return decodeBase64Lenient(value)
  } catch (error) {
    if (!(error instanceof Base64Error)) throw error
    throw new PfxError("malformed", "Value is not base64")
  }
}

function assertStrong({ privateKey }: KeyBundle): void {
  const weakness = findKeyWeakness(privateKey)
  if (weakness === undefined) return
  throw invalidInput(
    "certificate",
    "value",
    `The certificate cannot be imported: its key is too weak (${weakness}). RSA keys have 2048, 3072 or 4096 bits`,
  )
}
