import { createHash, X509Certificate } from "node:crypto"
import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { encodeBase64url } from "./base64url.ts"
import { toPem } from "./pem.ts"
import { CertificateError, isIssuedBy, parseCertificate } from "./x509.ts"

const text = (path: string) => readFileSync(new URL(`../../test/vectors/${path}`, import.meta.url), "utf8")
const every = text("x509/every-extension.pem")

describe("a parsed certificate", () => {
  test("has every name and extension that OpenSSL wrote", () => {
    const certificate = parseCertificate(every)

    expect(certificate).toMatchObject({
      subject: `E=a@example.com, CN="Test + Names", OU=two, OU=one, O="Müller, ""Söhne"" & Co", ST=Bayern, C=DE`,
      subjectCommonName: "Test + Names",
      issuer: certificate.subject,
      serialNumberHex: "ff00aa11",
      keyType: "RSA",
      keyBits: 3072,
      curve: undefined,
      keyUsage: ["digitalSignature", "nonRepudiation", "keyAgreement", "decipherOnly"],
      extendedKeyUsageOids: ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "1.3.6.1.4.1.311.20.2.2"],
      subjectAltNames: {
        dnsNames: ["a.example", "*.b.example"],
        emails: ["x@example.com"],
        upns: ["user@example.com"],
        uris: ["https://example.com/"],
        ipAddresses: ["10.0.0.1", "2001:db8::1"],
      },
      isCertificateAuthority: true,
    })
  })

  test("agrees with Node on dates, thumbprints and key", () => {
    const node = new X509Certificate(every)
    const certificate = parseCertificate(every)

    expect(certificate.notBefore).toBe(Date.parse(node.validFrom) / 1000)
    expect(certificate.notAfter).toBe(Date.parse(node.validTo) / 1000)
    expect(Buffer.from(certificate.thumbprintSha1).toString("hex")).toBe(
      node.fingerprint.replaceAll(":", "").toLowerCase(),
    )
    expect(
      Buffer.from(certificate.thumbprintSha256).equals(createHash("sha256").update(node.raw).digest()),
    ).toBe(true)
    expect(certificate.publicKey.equals(node.publicKey)).toBe(true)
    expect(encodeBase64url(certificate.der)).toBe(node.raw.toString("base64url"))
  })

  test("is the same from DER as from PEM", () => {
    expect(parseCertificate(parseCertificate(every).der)).toEqual(parseCertificate(every))
  })

  test("without extensions has empty lists", () => {
    expect(parseCertificate(text("x509/no-extensions.pem"))).toMatchObject({
      subject: "CN=plain",
      keyType: "EC",
      curve: "P-521",
      keyBits: undefined,
      keyUsage: [],
      extendedKeyUsageOids: [],
      subjectAltNames: { dnsNames: [], emails: [], upns: [], uris: [], ipAddresses: [] },
    })
  })

  test("knows its issuer by name and signature", () => {
    const [leaf, intermediate, root] = text("pfx/chain.pem")
      .split(/(?<=-----END CERTIFICATE-----\n)/)
      .map(parseCertificate)

    expect(isIssuedBy(leaf!, intermediate!)).toBe(true)
    expect(isIssuedBy(intermediate!, root!)).toBe(true)
    expect(isIssuedBy(root!, root!)).toBe(true)
    expect(isIssuedBy(leaf!, root!)).toBe(false)
    expect(isIssuedBy(root!, intermediate!)).toBe(false)
  })
})

describe("what is not one usable certificate is refused", () => {
  const der = parseCertificate(every).der

  test.each<[string, string | Uint8Array]>([
    ["nothing", ""],
    ["no bytes", new Uint8Array(0)],
    ["text", "certificate"],
    ["two certificates", every + every],
    ["a private key", text("pfx/rsa.key.pem")],
    ["a certificate under another label", every.replaceAll("CERTIFICATE", "X509 CRL")],
    ["a key type that is not supported", text("x509/ed25519.pem")],
    ["bytes after the end", Buffer.concat([der, Buffer.of(0)])],
    ["megabytes", new Uint8Array(1_000_000)],
    ["bytes that are DER but no certificate", Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x05)],
    ["a garbled PEM", toPem("CERTIFICATE", new Uint8Array(100).fill(0x30))],
  ])("%s", (_, input) => {
    expect(() => parseCertificate(input)).toThrow(CertificateError)
  })

  test("every cut of a certificate", () => {
    for (let length = 0; length < der.length; length += 13) {
      expect(() => parseCertificate(der.subarray(0, length))).toThrow(CertificateError)
    }
  })

  // Protects: nothing but CertificateError leaves the parser of untrusted bytes.
  test("any byte changed gives a certificate or a CertificateError, never another failure", () => {
    for (let at = 0; at < der.length; at += 1) {
      const changed = Uint8Array.from(der)
      changed[at]! ^= 0x21
      try {
        parseCertificate(changed)
      } catch (error) {
        expect(error).toBeInstanceOf(CertificateError)
      }
    }
  })
})
