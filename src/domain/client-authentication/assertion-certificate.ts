import { createHash } from "node:crypto"
import { Base64Error, decodeBase64Lenient } from "../../crypto/base64url.ts"
import type { ClientCertificateRecord } from "../../storage/records.ts"
import { DomainError } from "../errors.ts"

/**
 * The registered certificate that the header of an assertion names: by SHA-256 thumbprint, else SHA-1 thumbprint,
 * else the certificate itself, else key id. What the header brings is only ever compared, never trusted.
 *
 * Official clients write thumbprints in base64 or base64url, padded or not, and put line feeds into `x5c`.
 *
 * @throws DomainError `unauthenticated` - `keyNotFound`, or `kidNotFound` when only a key id was given
 * @see contracts/entra.md 2.3, contracts/az.md 3.2
 */
export function findAssertionCertificate(
  header: Readonly<Record<string, unknown>>,
  certificates: readonly ClientCertificateRecord[],
): ClientCertificateRecord {
  const { "x5t#S256": sha256, x5t: sha1, x5c, kid } = header
  if (sha256 !== undefined) return findBy("thumbprintSha256", toHex(sha256), certificates)
  if (sha1 !== undefined) return findBy("thumbprintSha1", toHex(sha1), certificates)
  if (x5c !== undefined) return findBy("thumbprintSha256", thumbprintOfLeaf(x5c), certificates)
  if (kid !== undefined) return findByKid(kid, certificates)
  throw notFound("keyNotFound", "Its header names no certificate: send x5t#S256, x5t, x5c or kid")
}

function findBy(
  field: "thumbprintSha1" | "thumbprintSha256",
  thumbprint: string | undefined,
  certificates: readonly ClientCertificateRecord[],
): ClientCertificateRecord {
  const found = certificates.find((certificate) => certificate[field] === thumbprint)
  if (found !== undefined) return found
  throw notFound("keyNotFound", "The application has no certificate with the thumbprint in its header")
}

/** A key id is whatever the client took for one: the id of the credential, or a thumbprint in hexadecimal or base64. */
function findByKid(kid: unknown, certificates: readonly ClientCertificateRecord[]): ClientCertificateRecord {
  const text = typeof kid === "string" ? kid.toLowerCase() : undefined
  const decoded = toHex(kid)
  const found = certificates.find(({ id, thumbprintSha1, thumbprintSha256 }) =>
    [id, thumbprintSha1, thumbprintSha256].some((name) => name === text || name === decoded),
  )
  if (found !== undefined) return found
  throw notFound("kidNotFound", "The application has no certificate with the key id in its header")
}

function thumbprintOfLeaf(x5c: unknown): string | undefined {
  const leaf = Array.isArray(x5c) ? decode(x5c[0]) : undefined
  return leaf && createHash("sha256").update(leaf).digest("hex")
}

function toHex(base64: unknown): string | undefined {
  const bytes = decode(base64)
  return bytes && Buffer.from(bytes).toString("hex")
}

function decode(base64: unknown): Uint8Array | undefined {
  if (typeof base64 !== "string") return undefined
  try {
    return decodeBase64Lenient(base64)
  } catch (error) {
    if (error instanceof Base64Error) return undefined
    throw error
  }
}

function notFound(reason: "keyNotFound" | "kidNotFound", detail: string): DomainError {
  return new DomainError("unauthenticated", "assertion", { reason, detail })
}
