/** @azure/keyvault-certificates, unmodified, against a listening server. Certificates and PFX files are made by openssl. */
import { X509Certificate } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { connect, createServer, type SecureContextOptions } from "node:tls"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import {
  exportPfx,
  type IssuedCertificate,
  issueCertificate,
  openssl,
  type PfxEncryption,
} from "../openssl.ts"
import { collect, failureOf, forAll, type Installation, openInstallation } from "./official-clients.ts"

const directory = mkdtempSync(join(tmpdir(), "keybearer-certificates-"))
let installation: Installation
let rsa: IssuedCertificate
let ec: IssuedCertificate

beforeAll(async () => {
  rsa = issueCertificate({ directory, name: "rsa", commonName: "corellian" })
  ec = issueCertificate({ directory, name: "ec", algorithm: "p256", commonName: "corellian" })
  installation = await openInstallation()
})

afterAll(async () => {
  await installation.server.remove()
  rmSync(directory, { recursive: true, force: true })
})

/** What a client finds that trusts only this certificate. @throws when the handshake does not verify */
async function serveHandshake(
  credentials: SecureContextOptions,
  trusted: IssuedCertificate,
): Promise<string> {
  const server = createServer(credentials, (socket) => socket.end())
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  try {
    return await new Promise((resolve, reject) => {
      const { port } = server.address() as AddressInfo
      const options = { port, host: "127.0.0.1", servername: "localhost", ca: trusted.certificate }
      const socket = connect(options, () => {
        resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? "")
        socket.end()
      })
      socket.on("error", reject)
      server.on("tlsClientError", reject)
    })
  } finally {
    server.close()
  }
}

describe("CertificateClient imports", () => {
  const files = (["AES-256", "3DES", "RC2-40"] as const).flatMap((encryption) =>
    (["RSA", "EC"] as const).map((algorithm) => ({ algorithm, encryption })),
  )

  test.each(files)("a PFX of an $algorithm key under $encryption, which then serves TLS", async (file) => {
    const { certificates, secrets } = await installation.createVault()
    const issued = file.algorithm === "RSA" ? rsa : ec
    const pfx = exportPfx(issued, "s3cret", file.encryption)

    const imported = await certificates.importCertificate("tls", pfx, { password: "s3cret" })
    const { value, properties } = await secrets.getSecret("tls")

    expect(Buffer.from(imported.cer ?? [])).toEqual(issued.x509.raw)
    expect(properties.contentType).toBe("application/x-pkcs12")
    const unprotected = Buffer.from(value ?? "", "base64")
    const fingerprint = await serveHandshake({ pfx: unprotected, passphrase: "" }, issued)
    expect(fingerprint).toBe(issued.x509.fingerprint256)
  })

  test("a PFX without password", async () => {
    const { certificates } = await installation.createVault()

    const imported = await certificates.importCertificate("tls", exportPfx(rsa, ""))

    expect(Buffer.from(imported.cer ?? [])).toEqual(rsa.x509.raw)
  })

  test.each(["RSA", "EC"] as const)("a PEM file with an %s key, which then serves TLS", async (algorithm) => {
    const { certificates, secrets } = await installation.createVault()
    const issued = algorithm === "RSA" ? rsa : ec
    const pem = Buffer.from(issued.key + issued.certificate)

    await certificates.importCertificate("tls", pem, { policy: { contentType: "application/x-pem-file" } })
    const { value, properties } = await secrets.getSecret("tls")

    expect(properties.contentType).toBe("application/x-pem-file")
    const fingerprint = await serveHandshake({ key: value ?? "", cert: value ?? "" }, issued)
    expect(fingerprint).toBe(issued.x509.fingerprint256)
  })

  test("a new version onto a name that is taken", async () => {
    const { certificates } = await installation.createVault()
    const first = await certificates.importCertificate("tls", exportPfx(rsa, ""))
    const second = await certificates.importCertificate("tls", exportPfx(ec, ""))

    const versions = await collect(certificates.listPropertiesOfCertificateVersions("tls"))
    const older = await certificates.getCertificateVersion("tls", first.properties.version ?? "")
    const newest = await certificates.getCertificate("tls")

    expect(new Set(versions.map(({ version }) => version))).toEqual(
      new Set([first.properties.version, second.properties.version]),
    )
    expect(Buffer.from(older.cer ?? [])).toEqual(rsa.x509.raw)
    expect(Buffer.from(newest.cer ?? [])).toEqual(ec.x509.raw)
  })
})

describe("CertificateClient", () => {
  test("gets a certificate with what was read from it", async () => {
    const { certificates, url } = await installation.createVault()
    await certificates.importCertificate("tls", exportPfx(rsa, ""), { tags: { team: "blue" } })

    const certificate = await certificates.getCertificate("tls")

    const { version = "" } = certificate.properties
    const vaultUrl = url.replace(/\/$/, "")
    const sha1 = Buffer.from(rsa.x509.fingerprint.replaceAll(":", ""), "hex")
    expect(certificate).toMatchObject({
      name: "tls",
      keyId: `${vaultUrl}/keys/tls/${version}`,
      secretId: `${vaultUrl}/secrets/tls/${version}`,
      properties: {
        id: `${vaultUrl}/certificates/tls/${version}`,
        enabled: true,
        tags: { team: "blue" },
        notBefore: new Date(rsa.x509.validFrom),
        expiresOn: new Date(rsa.x509.validTo),
        recoveryLevel: "Recoverable+Purgeable",
      },
      policy: {
        issuerName: "Unknown",
        subject: "CN=corellian",
        subjectAlternativeNames: { dnsNames: ["localhost"] },
        contentType: "application/x-pkcs12",
        keyType: "RSA",
        keySize: 2048,
        exportable: true,
        reuseKey: false,
        validityInMonths: 12,
        lifetimeActions: [{ action: "EmailContacts", lifetimePercentage: 80 }],
      },
    })
    expect(Buffer.from(certificate.properties.x509Thumbprint ?? [])).toEqual(sha1)
    expect(new X509Certificate(Buffer.from(certificate.cer ?? [])).verify(rsa.x509.publicKey)).toBe(true)
  })

  test("lists thirty certificates, beyond one page", async () => {
    const { certificates } = await installation.createVault()
    const names = Array.from({ length: 30 }, (_, at) => `tls-${String(at).padStart(2, "0")}`)
    const pfx = exportPfx(ec, "")
    await forAll(names, (name) => certificates.importCertificate(name, pfx))

    const listed = await collect(certificates.listPropertiesOfCertificates())

    expect(listed.map(({ name }) => name)).toEqual(names)
  })

  test("answers the secret behind a certificate as PEM when asked to", async () => {
    const { certificates, secrets } = await installation.createVault()
    await certificates.importCertificate("tls", exportPfx(rsa, ""))

    const { value = "" } = await secrets.getSecret("tls", { outContentType: "application/x-pem-file" })

    const fingerprint = await serveHandshake({ key: value, cert: value }, rsa)
    expect(fingerprint).toBe(rsa.x509.fingerprint256)
  })

  test("answers a PFX without password that openssl opens, key and certificate alike", async () => {
    const { certificates, secrets } = await installation.createVault()
    await certificates.importCertificate("tls", exportPfx(rsa, "s3cret", "3DES"), { password: "s3cret" })
    const { value = "" } = await secrets.getSecret("tls")
    const file = join(directory, "downloaded.pfx")
    writeFileSync(file, Buffer.from(value, "base64"))

    const pem = openssl(["pkcs12", "-in", file, "-passin", "pass:", "-nodes"])

    const modulus = (text: Buffer | string, what: "rsa" | "x509") =>
      openssl([what, "-noout", "-modulus"], Buffer.from(text)).toString()
    expect(modulus(pem, "rsa")).toBe(modulus(rsa.key, "rsa"))
    expect(modulus(pem, "x509")).toBe(modulus(rsa.certificate, "x509"))
  })

  test("changes the properties of a certificate, and tells its policy", async () => {
    const { certificates } = await installation.createVault()
    const { properties } = await certificates.importCertificate("tls", exportPfx(rsa, ""))

    await certificates.updateCertificateProperties("tls", properties.version ?? "", {
      enabled: false,
      tags: { team: "blue" },
    })
    const { properties: changed } = await certificates.getCertificate("tls")
    const policy = await certificates.getCertificatePolicy("tls")

    expect(changed).toMatchObject({ enabled: false, tags: { team: "blue" }, version: properties.version })
    expect(policy).toMatchObject({ issuerName: "Unknown", subject: "CN=corellian", keyType: "RSA" })
  })

  test("deletes a certificate with its secret, and recovers both", async () => {
    const { certificates, secrets } = await installation.createVault()
    await certificates.importCertificate("tls", exportPfx(rsa, ""))

    await (await certificates.beginDeleteCertificate("tls")).pollUntilDone()
    const gone = await Promise.all([
      failureOf(certificates.getCertificate("tls")),
      failureOf(secrets.getSecret("tls")),
    ])
    const deleted = await collect(certificates.listDeletedCertificates())
    await (await certificates.beginRecoverDeletedCertificate("tls")).pollUntilDone()
    const recovered = await certificates.getCertificate("tls")

    expect(gone).toMatchObject([
      { status: 404, code: "CertificateNotFound" },
      { status: 404, code: "SecretNotFound" },
    ])
    expect(deleted.map(({ name }) => name)).toEqual(["tls"])
    expect(Buffer.from(recovered.cer ?? [])).toEqual(rsa.x509.raw)
    expect((await secrets.getSecret("tls")).value).toEqual(expect.any(String))
  })

  test("purges a deleted certificate for good", async () => {
    const { certificates } = await installation.createVault()
    await certificates.importCertificate("tls", exportPfx(rsa, ""))
    await (await certificates.beginDeleteCertificate("tls")).pollUntilDone()

    await certificates.purgeDeletedCertificate("tls")
    const gone = await failureOf(certificates.getDeletedCertificate("tls"))

    expect(gone).toMatchObject({
      status: 404,
      code: "CertificateNotFound",
      message: "Deleted Certificate not found: tls",
    })
  })
})

describe("what a CertificateClient is refused", () => {
  test("400: a PFX under another password, in any encryption, and nothing is stored", async () => {
    const { certificates } = await installation.createVault()
    const encryptions: PfxEncryption[] = ["AES-256", "3DES", "RC2-40"]

    for (const encryption of encryptions) {
      const pfx = exportPfx(rsa, "s3cret", encryption)
      const refused = await failureOf(certificates.importCertificate("tls", pfx, { password: "guessed" }))
      expect(refused).toMatchObject({ status: 400, code: "BadParameter" })
      expect(refused.message).toMatch(/password/)
      expect(refused.message).not.toContain("guessed")
    }

    expect(await collect(certificates.listPropertiesOfCertificates())).toEqual([])
  })

  test("400: half a PFX, a PFX without key, text, nothing", async () => {
    const { certificates } = await installation.createVault()
    const pfx = exportPfx(rsa, "")
    const withoutKey = openssl([
      "pkcs12",
      "-export",
      "-nokeys",
      "-in",
      rsa.certificateFile,
      "-passout",
      "pass:",
    ])

    for (const content of [
      pfx.subarray(0, pfx.length / 2),
      withoutKey,
      Buffer.from("no file"),
      Buffer.of(),
    ]) {
      const refused = await failureOf(certificates.importCertificate("tls", content))
      expect(refused).toMatchObject({ status: 400, code: "BadParameter" })
    }

    expect(await collect(certificates.listPropertiesOfCertificates())).toEqual([])
  })

  test.each(["with/slash", "x".repeat(128)])("400: the name %s", async (name) => {
    const { certificates } = await installation.createVault()

    const refused = await failureOf(certificates.importCertificate(name, exportPfx(rsa, "")))

    expect(refused).toMatchObject({ status: 400, code: "BadParameter" })
  })

  test("403: setting the secret that belongs to a certificate", async () => {
    const { certificates, secrets } = await installation.createVault()
    await certificates.importCertificate("tls", exportPfx(rsa, ""))

    const refused = await failureOf(secrets.setSecret("tls", "other"))

    expect(refused).toMatchObject({ status: 403, code: "Forbidden" })
  })

  test("409: importing onto a name held by a deleted certificate", async () => {
    const { certificates } = await installation.createVault()
    await certificates.importCertificate("tls", exportPfx(rsa, ""))
    await (await certificates.beginDeleteCertificate("tls")).pollUntilDone()

    const refused = await failureOf(certificates.importCertificate("tls", exportPfx(ec, "")))

    expect(refused).toMatchObject({
      status: 409,
      code: "Conflict",
    })
  })
})
