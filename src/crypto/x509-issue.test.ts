import { X509Certificate, verify } from "node:crypto"
import { describe, expect, test } from "vitest"
import { elementAt, readBitString, readChildren, readElement, readOid } from "./der.ts"
import { generateEcKeyPair, generateRsaKeyPair } from "./key-pairs.ts"
import { isIssuedBy } from "./x509.ts"
import {
  clientAuthOid,
  createCertificateAuthority,
  createCertificateRequest,
  createSelfSignedCertificate,
  DistinguishedNameError,
  issueServerCertificate,
  serverAuthOid,
} from "./x509-issue.ts"
import { encodeName, formatName } from "./x509-names.ts"

const now = Date.UTC(2026, 0, 1) / 1000
const validity = { notBefore: now - 600, notAfter: now + 86_400 * 365 }
const keyVaultDefaults = {
  keyUsage: ["digitalSignature", "keyEncipherment"],
  extendedKeyUsageOids: [serverAuthOid, clientAuthOid],
} as const

function extensionOids(der: Uint8Array): string[] {
  const fields = readChildren(elementAt(readChildren(readElement(der)), 0))
  return readChildren(readElement(fields.at(-1)!.content)).map((item) =>
    readOid(elementAt(readChildren(item), 0)),
  )
}

describe("a self-signed certificate", () => {
  test("has the layout that Key Vault gives it", async () => {
    const { privateKey, publicKey } = await generateRsaKeyPair(2048)

    const certificate = createSelfSignedCertificate({
      subject: "cn=MyCert",
      privateKey,
      ...validity,
      ...keyVaultDefaults,
    })

    expect(certificate).toMatchObject({
      subject: "CN=MyCert",
      issuer: "CN=MyCert",
      ...validity,
      ...keyVaultDefaults,
      keyType: "RSA",
      keyBits: 2048,
      isCertificateAuthority: false,
    })
    expect(certificate.serialNumberHex).toMatch(/^[4-7][0-9a-f]{31}$/)
    expect(certificate.publicKey.equals(publicKey)).toBe(true)
    // Key usage, basic constraints, extended key usage, authority and subject key identifiers.
    expect(extensionOids(certificate.der)).toEqual([
      "2.5.29.15",
      "2.5.29.19",
      "2.5.29.37",
      "2.5.29.35",
      "2.5.29.14",
    ])
    expect(new X509Certificate(certificate.der).verify(publicKey)).toBe(true)
  })

  test.each(["P-256", "P-384", "P-521", "P-256K"] as const)("with a key on %s verifies", async (curve) => {
    const { privateKey } = await generateEcKeyPair(curve)

    const certificate = createSelfSignedCertificate({ subject: "CN=x", privateKey, ...validity })

    expect(certificate).toMatchObject({ keyType: "EC", curve })
    expect(isIssuedBy(certificate, certificate)).toBe(true)
  })

  test("keeps every other name and the years after 2049", async () => {
    const { privateKey } = await generateEcKeyPair("P-256")
    const subjectAltNames = {
      dnsNames: ["a.example", "*.b.example"],
      emails: ["a@example.com"],
      upns: ["müller@example.com"],
      uris: ["https://example.com/x"],
      ipAddresses: ["127.0.0.1", "::1", "2001:db8::ff:0:1"],
    }
    const notAfter = Date.UTC(2087, 3, 1) / 1000

    const certificate = createSelfSignedCertificate({
      subject: "",
      privateKey,
      ...validity,
      notAfter,
      subjectAltNames,
    })

    expect(certificate).toMatchObject({
      subject: "",
      subjectCommonName: undefined,
      subjectAltNames,
      notAfter,
    })
  })

  test("refuses names that cannot stand in one", async () => {
    const { privateKey } = await generateEcKeyPair("P-256")
    const issue = (subjectAltNames: object) => () =>
      createSelfSignedCertificate({ subject: "CN=x", privateKey, ...validity, subjectAltNames })

    expect(issue({ ipAddresses: ["300.1.1.1"] })).toThrow(TypeError)
    expect(issue({ ipAddresses: ["fe80::1%eth0"] })).toThrow(TypeError)
    expect(issue({ dnsNames: ["a b"] })).toThrow(TypeError)
    expect(issue({ dnsNames: ["a\0.example"] })).toThrow(TypeError)
    expect(issue({ dnsNames: ["müller.example"] })).toThrow(TypeError)
  })
})

describe("a certificate authority", () => {
  test("issues a server certificate that OpenSSL takes as its own", async () => {
    const authority = createCertificateAuthority({
      subject: "CN=Test CA",
      privateKey: (await generateEcKeyPair("P-256")).privateKey,
      permittedDnsNames: ["localhost"],
      permittedIpAddresses: ["127.0.0.1", "::1"],
      ...validity,
    })
    const { publicKey } = await generateEcKeyPair("P-256")

    const leaf = issueServerCertificate(authority, {
      publicKey,
      dnsNames: ["localhost", "*.vault.localhost"],
      ipAddresses: ["127.0.0.1", "::1"],
      ...validity,
    })

    expect(authority.certificate).toMatchObject({
      isCertificateAuthority: true,
      keyUsage: ["keyCertSign", "cRLSign"],
    })
    expect(isIssuedBy(leaf, authority.certificate)).toBe(true)
    expect(leaf).toMatchObject({
      subject: "CN=localhost",
      issuer: "CN=Test CA",
      isCertificateAuthority: false,
      extendedKeyUsageOids: [serverAuthOid],
    })
    const node = new X509Certificate(leaf.der)
    expect(node.checkHost("my.vault.localhost")).toBe("*.vault.localhost")
    expect(node.checkHost("vault.localhost")).toBeUndefined()
    expect(node.checkIP("::1")).toBe("::1")
  })
})

describe("a certificate request", () => {
  test("is signed by its key and asks for the extensions", async () => {
    const { privateKey, publicKey } = await generateRsaKeyPair(2048)

    const request = createCertificateRequest({
      subject: "CN=csr, O=Example",
      privateKey,
      ...keyVaultDefaults,
      subjectAltNames: { dnsNames: ["a.example"] },
    })

    const parts = readChildren(readElement(request))
    const body = elementAt(parts, 0)
    expect(verify("sha256", body.encoded, publicKey, readBitString(elementAt(parts, 2)))).toBe(true)
    const fields = readChildren(body)
    expect(formatName(elementAt(fields, 1))).toBe("CN=csr, O=Example")
    expect(publicKey.export({ type: "spki", format: "der" }).equals(elementAt(fields, 2).encoded)).toBe(true)
    expect(Buffer.from(elementAt(fields, 3).content).includes(Buffer.from("a.example"))).toBe(true)
  })
})

describe("a distinguished name", () => {
  test.each([
    ["CN=a", "CN=a"],
    ["cn = a , o= b", "CN=a, O=b"],
    ["CN=a;O=b", "CN=a, O=b"],
    ['CN="a, b"', 'CN="a, b"'],
    ["CN=a\\, b", 'CN="a, b"'],
    ['CN="say ""hi"""', 'CN="say ""hi"""'],
    ["CN=a+OU=b, C=DE", "CN=a + OU=b, C=DE"],
    ["CN=*.example.com", "CN=*.example.com"],
    ["CN=Zoë ☃", "CN=Zoë ☃"],
    ["S=Bayern, E=a@b.c, DC=x", "ST=Bayern, E=a@b.c, DC=x"],
    ["OID.1.2.3.4=x, 1.2.3.5=y", "OID.1.2.3.4=x, OID.1.2.3.5=y"],
    ["CN==", 'CN="="'],
    ["", ""],
  ])("%j is read as %j", (written, expected) => {
    expect(formatName(readElement(encodeName(written)))).toBe(expected)
  })

  test.each([
    "a",
    "CN",
    "CN=",
    "XX=a",
    "CN=a,",
    ",CN=a",
    'CN="a',
    'CN=a"b"',
    "C=Ä",
    "OID.9.1=a",
    `CN=${"a".repeat(2000)}`,
  ])("%j is refused", (written) => {
    expect(() => encodeName(written)).toThrow(DistinguishedNameError)
  })
})
