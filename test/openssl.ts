/** Key pairs, certificates and PFX files made by openssl, so that none of our own code is asked to judge itself. */
import { execFileSync } from "node:child_process"
import { X509Certificate } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"

export function openssl(parameters: readonly string[], input?: Uint8Array): Buffer {
  return execFileSync("openssl", parameters, { input, stdio: ["pipe", "pipe", "pipe"] })
}

export interface IssuedCertificate {
  keyFile: string
  certificateFile: string
  /** PEM. */
  key: string
  certificate: string
  x509: X509Certificate
}

export interface CertificateOptions {
  /** Where the files go. */
  directory: string
  name: string
  algorithm?: "rsa:2048" | "p256"
  commonName?: string
  dnsName?: string
}

const keyOptions = {
  "rsa:2048": ["-newkey", "rsa:2048"],
  p256: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
}

/** A self-signed certificate that lives a year, for `localhost` unless told otherwise. */
export function issueCertificate(options: CertificateOptions): IssuedCertificate {
  const { directory, name, algorithm = "rsa:2048", commonName = name, dnsName = "localhost" } = options
  const keyFile = join(directory, `${name}.key.pem`)
  const certificateFile = join(directory, `${name}.pem`)
  const files = ["-keyout", keyFile, "-out", certificateFile]
  const names = ["-subj", `/CN=${commonName}`, "-addext", `subjectAltName=DNS:${dnsName}`]
  openssl(["req", "-x509", "-nodes", "-days", "365", ...keyOptions[algorithm], ...names, ...files])
  const certificate = readFileSync(certificateFile, "utf8")
  return {
    keyFile,
    certificateFile,
    key: readFileSync(keyFile, "utf8"),
    certificate,
    x509: new X509Certificate(certificate),
  }
}

/** What files in circulation are encrypted with, from the newest to what Windows wrote for twenty years. */
export const pfxEncryptions = {
  "AES-256": [],
  "3DES": ["-legacy", "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"],
  "RC2-40": ["-legacy", "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-RC2-40", "-macalg", "sha1"],
} as const

export type PfxEncryption = keyof typeof pfxEncryptions

export function exportPfx(
  { keyFile, certificateFile }: IssuedCertificate,
  password: string,
  encryption: PfxEncryption = "AES-256",
): Buffer {
  const files = ["-inkey", keyFile, "-in", certificateFile]
  return openssl([
    "pkcs12",
    "-export",
    ...files,
    "-passout",
    `pass:${password}`,
    ...pfxEncryptions[encryption],
  ])
}
