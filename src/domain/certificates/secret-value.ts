import { PfxError, readPfx, readPfxCertificates, writePfx } from "../../crypto/pfx.ts"
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
  leaf: Certificate
  /** The leaf among them. */
  certificates: readonly Certificate[]
}

/**
 * The value of the secret behind a certificate: base64 of a PFX under the empty password, or PEM.
 *
 * @see contracts/keyvault.md 3.5
 */
export async function toSecretValue(
  contentType: SecretContentType,
  chain: CertificateChain,
): Promise<string> {
  const { privateKeyPkcs8, leaf, certificates } = chain
  if (contentType === "application/x-pem-file") return writePemBundle(chain)
  // Readers of PFX files take the first certificate for that of the key.
  const leafFirst = [leaf, ...certificates.filter((certificate) => certificate !== leaf)]
  const pfx = await writePfx({ privateKeyPkcs8, certificates: leafFirst, password: "" })
  return Buffer.from(pfx).toString("base64")
}

/** The same secret as PEM, in the same order. @param pfxValue what `toSecretValue` made */
export async function toPemValue(pfxValue: string): Promise<string> {
  const pfx = Buffer.from(pfxValue, "base64")
  try {
    const { privateKeyPkcs8, certificatesInFileOrder } = await readPfx(pfx, "")
    return writePemBundle({ privateKeyPkcs8, certificates: certificatesInFileOrder })
  } catch (error) {
    const keyStaysInside = error instanceof PfxError && error.reason === "noPrivateKey"
    if (!keyStaysInside) throw error
    return writePemBundle({ certificates: await readPfxCertificates(pfx, "") })
  }
}
