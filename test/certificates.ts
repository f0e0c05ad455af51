/** Certificates and PFX files of our own making, for tests that have to run where there is no openssl. */
import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { exportPrivateKey } from "../src/crypto/key-pairs.ts"
import { toPem } from "../src/crypto/pem.ts"
import { writePfx } from "../src/crypto/pfx.ts"
import { createSelfSignedCertificate } from "../src/crypto/x509-issue.ts"
import { parseCertificate } from "../src/crypto/x509.ts"
import type { CertificateOptions, IssuedCertificate } from "./openssl.ts"

/** 2025 to 2045: around the frozen clock of the tests and the real one. */
const validity = { notBefore: 1_735_689_600, notAfter: 2_366_841_600 }

/** A self-signed certificate, for `localhost` unless told otherwise; the same as openssl's namesake gives. */
export function issueCertificate(options: CertificateOptions): IssuedCertificate {
  const { directory, name, algorithm = "rsa:2048", commonName = name, dnsName = "localhost" } = options
  const { privateKey } =
    algorithm === "p256"
      ? generateKeyPairSync("ec", { namedCurve: "P-256" })
      : generateKeyPairSync("rsa", { modulusLength: 2048 })
  const { der } = createSelfSignedCertificate({
    subject: `CN=${commonName}`,
    subjectAltNames: { dnsNames: [dnsName] },
    privateKey,
    ...validity,
  })
  const key = toPem("PRIVATE KEY", exportPrivateKey(privateKey))
  const certificate = toPem("CERTIFICATE", der)
  const keyFile = join(directory, `${name}.key.pem`)
  const certificateFile = join(directory, `${name}.pem`)
  writeFileSync(keyFile, key)
  writeFileSync(certificateFile, certificate)
  return { keyFile, certificateFile, key, certificate, x509: new X509Certificate(certificate) }
}

export async function exportPfx({ key, certificate }: IssuedCertificate, password: string): Promise<Buffer> {
  const privateKeyPkcs8 = exportPrivateKey(createPrivateKey(key))
  return Buffer.from(
    await writePfx({ privateKeyPkcs8, certificates: [parseCertificate(certificate)], password }),
  )
}
