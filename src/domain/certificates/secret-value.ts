import { readPfx, writePfx } from "../../crypto/pfx.ts"
import { writePemBundle } from "../../crypto/pem-bundle.ts"
import type { Certificate } from "../../crypto/x509.ts"
import { invalidInput } from "../errors.ts"

/** Forms of the secret behind a certificate. */
export type SecretContentType = "application/x-pkcs12" | "application/x-pem-file"

const contentTypes: readonly SecretContentType[] = ["application/x-pkcs12", "application/x-pem-file"]

/** @throws DomainError `invalidInput` */
export function assertSecretContentType(text: string): SecretContentType {
  const contentType = contentTypes.find((known) => known === text)
  if (contentType !== undefined) return contentType
  throw invalidInput(
    "certificate",
    "contentType",
    `The content type of the secret behind a certificate is ${contentTypes.join(" or ")}`,
  )
}

interface CertificateChain {
  /** Absent when the key must not leave the vault. */
  privateKeyPkcs8: Uint8Array | undefined
  certificates: readonly Certificate[]
}

/**
 * The value of the secret behind a certificate: base64 of a PFX under the empty password, or PEM.
 *
 * @see contracts/keyvault.md 3.5
 */
export async function toSecretValue(contentType: SecretContentType, chain: CertificateChain): Promise<string> {
  if (contentType === "application/x-pem-file") return writePemBundle(chain)
  const pfx = await writePfx({ ...chain, password: "" })
  return Buffer.from(pfx).toString("base64")
}

/** The same secret as PEM. @param pfxValue what `toSecretValue` made */
export async function toPemValue(pfxValue: string): Promise<string> {
  return writePemBundle(await readPfx(Buffer.from(pfxValue, "base64"), ""))
}
