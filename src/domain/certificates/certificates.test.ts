import { createPrivateKey, X509Certificate } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { createSecureContext } from "node:tls"
import { describe, expect, test } from "vitest"
import { testNow } from "../../../test/context.ts"
import { openTestVault, tamperWithValue, type TestVault } from "../../../test/vault.ts"
import { generateRsaKeyPair, exportPrivateKey } from "../../crypto/key-pairs.ts"
import { toPem } from "../../crypto/pem.ts"
import { createSelfSignedCertificate } from "../../crypto/x509-issue.ts"
import type { Caller } from "../access/index.ts"
import {
  backupSecret,
  deleteSecret,
  getDeletedSecret,
  getSecret,
  listSecrets,
  listSecretVersions,
  purgeDeletedSecret,
  recoverDeletedSecret,
  setSecret,
  updateSecret,
} from "../secrets/index.ts"
import { purgeExpiredObjects } from "../vault-objects/index.ts"
import {
  deleteCertificate,
  getCertificate,
  getCertificatePolicy,
  getDeletedCertificate,
  importCertificate,
  listCertificates,
  listCertificateVersions,
  listDeletedCertificates,
  purgeDeletedCertificate,
  recoverDeletedCertificate,
  updateCertificate,
} from "./index.ts"

const vectors = join(import.meta.dirname, "../../../test/vectors/pfx")
const read = (file: string) => readFileSync(join(vectors, file))
const pfx = (file: string) => read(file).toString("base64")
const pem = (file: string) => read(file).toString("utf8")

const officer = "Key Vault Certificates Officer"
const user = "Key Vault Certificate User"
const name = "web"
const password = "password"

type Request = Omit<Parameters<typeof importCertificate>[2], "vault" | "name">

function importWeb({ context, system, vault }: TestVault, request: Partial<Request> = {}) {
  return importCertificate(context, system, {
    vault,
    name,
    value: pfx("rsa-chain.pfx"),
    password,
    ...request,
  })
}

/** The blocks of a PEM text by label, in order. */
function labelsOf(text: string): string[] {
  return [...text.matchAll(/-----BEGIN ([A-Z ]+)-----/g)].map(([, label]) => label ?? "")
}

function certificatesOf(text: string): X509Certificate[] {
  return (text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
    (block) => new X509Certificate(block),
  )
}

type Operation = (test: TestVault, caller: Caller) => Promise<unknown>

const operations: [title: string, verb: string, run: Operation][] = [
  [
    "importCertificate",
    "import/action",
    ({ context, vault }, caller) =>
      importCertificate(context, caller, { vault, name, value: pfx("p256.pfx"), password }),
  ],
  [
    "getCertificate",
    "read",
    ({ context, vault }, caller) => getCertificate(context, caller, { vault, name }),
  ],
  [
    "getCertificatePolicy",
    "read",
    ({ context, vault }, caller) => getCertificatePolicy(context, caller, { vault, name }),
  ],
  [
    "updateCertificate",
    "update/action",
    ({ context, vault }, caller) => updateCertificate(context, caller, { vault, name, enabled: false }),
  ],
  [
    "listCertificateVersions",
    "read",
    ({ context, vault }, caller) => listCertificateVersions(context, caller, { vault, name }),
  ],
  [
    "deleteCertificate",
    "delete",
    ({ context, vault }, caller) => deleteCertificate(context, caller, { vault, name }),
  ],
  [
    "getDeletedCertificate",
    "read",
    ({ context, vault }, caller) => getDeletedCertificate(context, caller, { vault, name }),
  ],
  [
    "recoverDeletedCertificate",
    "recover/action",
    ({ context, vault }, caller) => recoverDeletedCertificate(context, caller, { vault, name }),
  ],
  [
    "purgeDeletedCertificate",
    "purge/action",
    ({ context, vault }, caller) => purgeDeletedCertificate(context, caller, { vault, name }),
  ],
]

const collectionOperations: [title: string, verb: string, run: Operation][] = [
  ["listCertificates", "read", ({ context, vault }, caller) => listCertificates(context, caller, { vault })],
  [
    "listDeletedCertificates",
    "read",
    ({ context, vault }, caller) => listDeletedCertificates(context, caller, { vault }),
  ],
]

async function openFor(title: string): Promise<TestVault> {
  const opened = await openTestVault()
  const { context, system, vault } = opened
  await importWeb(opened)
  const onDeleted = ["getDeletedCertificate", "recoverDeletedCertificate", "purgeDeletedCertificate"]
  if (onDeleted.includes(title)) await deleteCertificate(context, system, { vault, name })
  return opened
}

describe("access", () => {
  test.each([...operations, ...collectionOperations])(
    "%s is refused without a role",
    async (title, verb, run) => {
      const opened = await openFor(title)
      const nobody = await opened.callerWith()

      await expect(run(opened, nobody)).rejects.toMatchObject({
        kind: "forbidden",
        denied: { action: `Microsoft.KeyVault/vaults/certificates/${verb}`, principalId: nobody.principalId },
      })
    },
  )

  test.each(operations)("%s is allowed by a role on the certificate alone", async (title, _verb, run) => {
    const opened = await openFor(title)
    const narrow = await opened.callerWith(officer, `${opened.scope}/certificates/${name}`)

    await run(opened, narrow)

    expect((await opened.auditTrail()).at(-1)).toMatch(/^Certificate\w+ success$/)
  })

  test.each([...operations, ...collectionOperations])(
    "%s is refused to a role on another certificate",
    async (title, _verb, run) => {
      const opened = await openFor(title)
      const narrow = await opened.callerWith(officer, `${opened.scope}/certificates/other`)

      await expect(run(opened, narrow)).rejects.toMatchObject({ kind: "forbidden" })
    },
  )
})

// Story A 3: with Key Vault Certificate User on one certificate, exactly that much works.
describe("a Certificate User on one certificate", () => {
  async function openNarrow() {
    const opened = await openFor("getCertificate")
    const { context, system, vault } = opened
    await importCertificate(context, system, { vault, name: "other", value: pfx("p256.pfx"), password })
    await setSecret(context, system, { vault, name: "plain", value: "v" })
    return {
      opened,
      context,
      vault,
      caller: await opened.callerWith(user, `${opened.scope}/certificates/${name}`),
    }
  }

  test("gets the certificate and the secret behind it", async () => {
    const { context, vault, caller } = await openNarrow()

    expect(await getCertificate(context, caller, { vault, name })).toMatchObject({ name })
    expect(await getSecret(context, caller, { vault, name })).toMatchObject({ managed: true })
    expect(await listSecretVersions(context, caller, { vault, name })).toMatchObject({ items: [{ name }] })
  })

  test("gets no other certificate, no secret behind another, and no list", async () => {
    const { context, vault, caller } = await openNarrow()
    const forbidden = { kind: "forbidden" }

    await expect(getCertificate(context, caller, { vault, name: "other" })).rejects.toMatchObject(forbidden)
    await expect(getSecret(context, caller, { vault, name: "other" })).rejects.toMatchObject(forbidden)
    await expect(listCertificates(context, caller, { vault })).rejects.toMatchObject(forbidden)
    await expect(listSecrets(context, caller, { vault })).rejects.toMatchObject(forbidden)
    await expect(deleteCertificate(context, caller, { vault, name })).rejects.toMatchObject(forbidden)
  })

  // The role speaks of a certificate: a plain secret that happens to share the name is none of its business.
  test("gets no plain secret, whatever certificate scope is written for it", async () => {
    const { opened, context, vault } = await openNarrow()
    const caller = await opened.callerWith(user, `${opened.scope}/certificates/plain`)

    await expect(getSecret(context, caller, { vault, name: "plain" })).rejects.toMatchObject({
      kind: "forbidden",
      denied: { assignmentScope: `${opened.scope}/secrets/plain` },
    })
    expect((await opened.auditTrail()).at(-1)).toMatch(/getSecret\/action denied$/)
  })

  // What a role on the certificate opened must not show a plain secret that took the name in the meantime.
  test("gets no plain secret that took the certificate's name since access was decided", async () => {
    const { opened, context, vault, caller } = await openNarrow()
    const { vaultObjects } = context.store
    let looks = 0
    const find: typeof vaultObjects.find = async (key) => {
      const found = await vaultObjects.find(key)
      looks += 1
      if (looks > 1) return found
      await deleteCertificate(context, opened.system, { vault, name })
      await purgeDeletedCertificate(context, opened.system, { vault, name })
      await setSecret(context, opened.system, { vault, name, value: "plain" })
      return found
    }
    const store = { ...context.store, vaultObjects: { find, list: vaultObjects.list.bind(vaultObjects) } }

    await expect(getSecret({ ...context, store }, caller, { vault, name })).rejects.toMatchObject({
      kind: "notFound",
      subject: "secret",
    })
    expect(looks).toBe(2)
  })

  test("sees the secret of a deleted certificate, as it sees the certificate", async () => {
    const { opened, context, vault, caller } = await openNarrow()
    await deleteCertificate(context, opened.system, { vault, name })

    expect(await getDeletedCertificate(context, caller, { vault, name })).toMatchObject({ name })
    expect(await getDeletedSecret(context, caller, { vault, name })).toMatchObject({ managed: true })
  })
})

describe("importCertificate", () => {
  test.each([
    ["rsa-modern.pfx", "pässword ☃"],
    ["rsa-3des.pfx", password],
    ["rsa-rc2-40.pfx", password],
    ["rsa-rc2-128.pfx", password],
    ["rsa-chain.pfx", password],
    ["rsa-keytool.pfx", password],
    ["rsa-plain.pfx", password],
    ["rsa-empty-password.pfx", undefined],
    ["rsa-3des-empty-password.pfx", ""],
    ["p256.pfx", password],
    ["p256-rc2-40.pfx", password],
    ["p384.pfx", password],
    ["p521.pfx", password],
    ["p256k.pfx", password],
  ])("takes %s and gives back a PFX that OpenSSL opens without password", async (file, filePassword) => {
    const opened = await openTestVault()
    const { context, system, vault } = opened

    const certificate = await importWeb(opened, { value: pfx(file), password: filePassword })

    const { value, contentType, managed, version } = await getSecret(context, system, { vault, name })
    expect({ contentType, managed, version }).toEqual({
      contentType: "application/x-pkcs12",
      managed: true,
      version: certificate.version,
    })
    createSecureContext({ pfx: Buffer.from(value, "base64"), passphrase: "" })
  })

  test.each([
    ["PEM text", pem("bundle.pem")],
    ["base64 of PEM text", read("bundle.pem").toString("base64")],
    ["PEM text with a key in PKCS#1", pem("bundle-traditional.pem")],
  ])("takes %s and gives back PEM with a PKCS#8 key and the leaf first", async (_form, value) => {
    const opened = await openTestVault()
    const { context, system, vault } = opened

    const certificate = await importWeb(opened, { value, password: undefined })

    const secret = await getSecret(context, system, { vault, name })
    expect(secret.contentType).toBe("application/x-pem-file")
    expect(labelsOf(secret.value)[0]).toBe("PRIVATE KEY")
    const [leaf] = certificatesOf(secret.value)
    expect(leaf?.raw).toEqual(Buffer.from(certificate.der))
    expect(leaf?.checkPrivateKey(createPrivateKey(secret.value))).toBe(true)
  })

  test("tells the certificate, its thumbprint, its dates and the policy it implies", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    const [leaf] = certificatesOf(pem("chain.pem"))
    if (leaf === undefined) throw new Error("The chain has a leaf")

    const certificate = await importWeb(opened, { tags: { a: "b" } })

    const expiresAt = leaf.validToDate.getTime() / 1000
    expect(certificate).toEqual({
      name,
      version: certificate.version,
      enabled: true,
      notBefore: leaf.validFromDate.getTime() / 1000,
      expiresAt,
      createdAt: testNow,
      updatedAt: testNow,
      contentType: null,
      tags: { a: "b" },
      managed: false,
      previousVersion: null,
      thumbprintSha1Base64url: Buffer.from(leaf.fingerprint.replaceAll(":", ""), "hex").toString("base64url"),
      der: leaf.raw,
      policy: {
        keyType: "RSA",
        keyBits: 2048,
        curve: null,
        exportable: true,
        reuseKey: false,
        secretContentType: "application/x-pkcs12",
        subject: "CN=Test rsa, O=Example",
        subjectAltNames: { dnsNames: ["test.example"], emails: [], upns: [], uris: [], ipAddresses: [] },
        extendedKeyUsageOids: ["1.3.6.1.5.5.7.3.1"],
        keyUsage: ["digitalSignature", "keyEncipherment"],
        validityMonths: 1200,
        isCertificateAuthority: false,
        lifetimeActions: [{ action: "EmailContacts", lifetimePercentage: 80 }],
        issuerName: "Unknown",
        createdAt: testNow,
        updatedAt: testNow,
      },
    })
    expect(await getCertificate(context, system, { vault, name: "WEB" })).toEqual(certificate)
    expect(await getCertificatePolicy(context, system, { vault, name })).toEqual(certificate.policy)
  })

  test.each([
    ["exactly twelve months", 0, 12],
    ["twelve months and ten minutes", 600, 13],
  ])("counts a validity of %s", async (_validity, extraSeconds, months) => {
    const opened = await openTestVault()
    const { privateKey } = await generateRsaKeyPair(2048)
    const notBefore = Date.UTC(2026, 10, 30) / 1000
    const notAfter = Date.UTC(2027, 10, 30) / 1000 + extraSeconds
    const { der } = createSelfSignedCertificate({ subject: "CN=x", privateKey, notBefore, notAfter })
    const value = toPem("PRIVATE KEY", exportPrivateKey(privateKey)) + toPem("CERTIFICATE", der)

    expect((await importWeb(opened, { value })).policy.validityMonths).toBe(months)
  })

  test("orders the chain from leaf to root, or keeps the order of the file when asked", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    const subjects = async () => {
      const request = { vault, name, outContentType: "application/x-pem-file" }
      const { value } = await getSecret(context, system, request)
      return certificatesOf(value).map(({ subject }) => /CN=(.*)/.exec(subject)?.[1])
    }

    await importWeb(opened)
    expect((await subjects()).slice(0, 3)).toEqual(["Test rsa", "Test Intermediate", "Test Root"])
    await importWeb(opened, { value: pem("bundle.pem"), preserveCertificateOrder: true })
    const { value } = await getSecret(context, system, { vault, name, outContentType: undefined })
    expect(value).not.toContain("BEGIN")
    expect(await subjects()).toEqual(["Test rsa", "Test Root", "Test Intermediate"])
  })

  test("adds a version to a name that is there, and keeps its policy where none is given", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    const first = await importWeb(opened, { policy: { reuseKey: true, issuerName: "Self" } })
    context.clock.advance(60)

    const second = await importWeb(opened, { value: pfx("p256.pfx") })

    expect(second.policy).toMatchObject({
      keyType: "EC",
      curve: "P-256",
      keyBits: null,
      reuseKey: true,
      issuerName: "Self",
    })
    expect(second.previousVersion).toBe(first.version)
    const { items } = await listCertificateVersions(context, system, { vault, name })
    expect(items.map(({ version }) => version)).toEqual([first.version, second.version])
    const { version } = first
    expect(await getCertificate(context, system, { vault, name, version })).toMatchObject({ der: first.der })
    expect(await getSecret(context, system, { vault, name, version })).toMatchObject({
      managed: true,
      version,
    })
  })

  test("makes a key whose operations follow from the key usage", async () => {
    const opened = await openTestVault()
    await importWeb(opened)

    const [key] = await opened.context.store.vaultObjectVersions.list({ where: { kind: "key" } })
    expect(key?.details).toMatchObject({
      keyType: "RSA",
      keyBits: 2048,
      exportable: true,
      keyOperations: ["sign", "verify", "wrapKey", "unwrapKey"],
    })
  })

  test.each([
    ["application/x-pkcs12", pfx("rsa-chain.pfx")],
    ["application/x-pem-file", pem("bundle.pem")],
  ])("keeps a key that is not exportable out of the secret (%s)", async (contentType, value) => {
    const opened = await openTestVault()
    const { context, system, vault } = opened

    await importWeb(opened, { value, policy: { exportable: false } })

    const secret = await getSecret(context, system, { vault, name })
    expect(secret.contentType).toBe(contentType)
    const inPem = await getSecret(context, system, { vault, name, outContentType: "application/x-pem-file" })
    expect(new Set(labelsOf(inPem.value))).toEqual(new Set(["CERTIFICATE"]))
    expect(certificatesOf(inPem.value)[0]?.subject).toContain(
      contentType === "application/x-pkcs12" ? "Test rsa" : "Test",
    )
  })

  test.each([
    ["a wrong password", { password: "wrong" }, "pwd", "wrongPassword"],
    ["a PFX without its password", { password: undefined }, "pwd", "wrongPassword"],
    [
      "a truncated PFX",
      { value: read("rsa-modern.pfx").subarray(0, 1000).toString("base64") },
      "value",
      "malformed",
    ],
    ["a PFX without key", { value: pfx("certificates-only.pfx") }, "value", "noPrivateKey"],
    ["a PFX without certificate", { value: pfx("key-only.pfx") }, "value", "noCertificate"],
    ["a PFX under RC4", { value: pfx("rsa-rc4.pfx") }, "value", "unsupported"],
    ["a PFX that takes millions of rounds", { value: pfx("rsa-5000000-rounds.pfx") }, "value", "unsupported"],
    ["PEM without key", { value: pem("chain.pem") }, "value", "noPrivateKey"],
    ["PEM with an encrypted key", { value: pem("bundle-encrypted.pem") }, "value", "unsupported"],
    ["PEM without certificate", { value: pem("rsa.key.pem") }, "value", "noCertificate"],
    ["text that is no base64", { value: "not base64!" }, "value", "malformed"],
    [
      "base64 of something else",
      { value: Buffer.from("something else").toString("base64") },
      "value",
      "malformed",
    ],
    ["an empty value", { value: "" }, "value", "malformed"],
  ])("refuses %s and changes nothing", async (_what, request, target, reason) => {
    const opened = await openTestVault()
    const { context, auditTrail } = opened

    await expect(importWeb(opened, request)).rejects.toMatchObject({
      kind: "invalidInput",
      subject: "certificate",
      target,
      reason,
    })

    expect(await context.store.vaultObjects.list({})).toEqual([])
    expect(await auditTrail()).toEqual([])
  })

  test("refuses a certificate that is not of the key beside it", async () => {
    const opened = await openTestVault()
    const { privateKey } = await generateRsaKeyPair(2048)
    const value = toPem("PRIVATE KEY", exportPrivateKey(privateKey)) + pem("chain.pem")

    await expect(importWeb(opened, { value })).rejects.toMatchObject({
      kind: "invalidInput",
      reason: "noCertificate",
    })
    expect(await opened.context.store.vaultObjects.list({})).toEqual([])
  })

  test.each([
    ["another key type", { keyType: "EC" }, "policy"],
    ["another key size", { keyBits: 4096 }, "policy"],
    ["a key size that there is not", { keyBits: 1024 }, "key_size"],
    ["an unknown content type", { secretContentType: "text/plain" }, "contentType"],
    ["an unknown key usage", { keyUsage: ["everything"] }, "key_usage"],
    ["a validity of no month", { validityMonths: 0 }, "validity_months"],
    ["a subject that is no name", { subject: "nonsense" }, "subject"],
    [
      "a percentage of 100",
      { lifetimeActions: [{ action: "AutoRenew", lifetimePercentage: 100 }] },
      "lifetime_percentage",
    ],
    ["a trigger without a moment", { lifetimeActions: [{ action: "AutoRenew" }] }, "lifetime_actions"],
    [
      "days before expiry beyond 27 a month",
      { validityMonths: 1, lifetimeActions: [{ action: "EmailContacts", daysBeforeExpiry: 28 }] },
      "days_before_expiry",
    ],
  ] as const)("refuses a policy with %s", async (_what, policy, target) => {
    const opened = await openTestVault()

    await expect(importWeb(opened, { policy })).rejects.toMatchObject({ kind: "invalidInput", target })
    expect(await opened.context.store.vaultObjects.list({})).toEqual([])
  })

  test("refuses a name that a plain secret has, and leaves the secret alone", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    await setSecret(context, system, { vault, name, value: "plain" })

    await expect(importWeb(opened)).rejects.toMatchObject({ kind: "conflict", reason: "nameTaken" })
    expect(await getSecret(context, system, { vault, name })).toMatchObject({
      value: "plain",
      managed: false,
    })
    expect(await listCertificates(context, system, { vault })).toMatchObject({ items: [] })
  })

  test.each([
    ["a deleted certificate", (opened: TestVault) => importWeb(opened), deleteCertificate],
    [
      "a deleted plain secret",
      ({ context, system, vault }: TestVault) => setSecret(context, system, { vault, name, value: "v" }),
      deleteSecret,
    ],
  ])("refuses a name that %s holds", async (_holder, make, remove) => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    await make(opened)
    await remove(context, system, { vault, name })

    await expect(importWeb(opened)).rejects.toMatchObject({ kind: "softDeleted", target: name })
  })
})

describe("the secret behind a certificate", () => {
  test("becomes PEM on request where it is PFX", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    const certificate = await importWeb(opened)
    const outContentType = "application/x-pem-file"

    const secret = await getSecret(context, system, { vault, name, outContentType })

    expect(secret.contentType).toBe(outContentType)
    const [leaf] = certificatesOf(secret.value)
    expect(leaf?.raw).toEqual(Buffer.from(certificate.der))
    expect(leaf?.checkPrivateKey(createPrivateKey(secret.value))).toBe(true)
  })

  test("stays as it is when asked for in its own form", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    await importWeb(opened, { value: pem("bundle.pem") })
    const outContentType = "application/x-pem-file"

    expect(await getSecret(context, system, { vault, name, outContentType })).toEqual(
      await getSecret(context, system, { vault, name }),
    )
  })

  test("does not become PFX, nor any plain secret something else", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    await importWeb(opened, { value: pem("bundle.pem") })
    await setSecret(context, system, {
      vault,
      name: "plain",
      value: "v",
      contentType: "application/x-pkcs12",
    })

    const toPfx = { vault, name, outContentType: "application/x-pkcs12" }
    const toPlainPem = { vault, name: "plain", outContentType: "application/x-pem-file" }
    for (const request of [toPfx, toPlainPem]) {
      await expect(getSecret(context, system, request)).rejects.toMatchObject({
        kind: "invalidInput",
        target: "outContentType",
      })
    }
  })

  test("cannot be set, updated, deleted or backed up by itself", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    const certificate = await importWeb(opened)
    const refusal = { kind: "conflict", subject: "secret", reason: "managed" }

    await expect(setSecret(context, system, { vault, name, value: "v" })).rejects.toMatchObject(refusal)
    await expect(updateSecret(context, system, { vault, name, enabled: false })).rejects.toMatchObject(
      refusal,
    )
    await expect(deleteSecret(context, system, { vault, name })).rejects.toMatchObject(refusal)
    await expect(backupSecret(context, system, { vault, name })).rejects.toMatchObject(refusal)
    expect(await getSecret(context, system, { vault, name })).toMatchObject({
      version: certificate.version,
      enabled: true,
    })
  })

  test("fails when a stored byte was changed", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    await importWeb(opened)
    await tamperWithValue(context, { vault, kind: "secret", name })
    await tamperWithValue(context, { vault, kind: "certificate", name })

    await expect(getSecret(context, system, { vault, name })).rejects.toThrow("Cannot open sealed data")
    await expect(getCertificate(context, system, { vault, name })).rejects.toThrow("Cannot open sealed data")
  })
})

describe("updateCertificate", () => {
  test("changes the certificate, its key and its secret alike", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    await importWeb(opened)
    context.clock.advance(60)

    const updated = await updateCertificate(context, system, {
      vault,
      name,
      enabled: false,
      tags: { a: "b" },
    })

    expect(updated).toMatchObject({ enabled: false, tags: { a: "b" }, updatedAt: testNow + 60 })
    const versions = await context.store.vaultObjectVersions.list({ orderBy: "kind" })
    expect(
      versions.map(({ kind, enabled, tags, updatedAt }) => ({ kind, enabled, tags, updatedAt })),
    ).toEqual(
      ["certificate", "key", "secret"].map((kind) => ({
        kind,
        enabled: false,
        tags: { a: "b" },
        updatedAt: testNow + 60,
      })),
    )
    await expect(getSecret(context, system, { vault, name })).rejects.toMatchObject({ reason: "disabled" })
    expect(await getCertificate(context, system, { vault, name })).toEqual(updated)
  })

  test("changes the policy for the versions to come", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    await importWeb(opened)
    context.clock.advance(60)

    const { policy } = await updateCertificate(context, system, {
      vault,
      name,
      policy: { exportable: false },
    })

    expect(policy).toMatchObject({ exportable: false, createdAt: testNow, updatedAt: testNow + 60 })
    expect((await importWeb(opened)).policy.exportable).toBe(false)
    expect(await listSecretVersions(context, system, { vault, name })).toMatchObject({ items: [{}, {}] })
  })

  test("changes nothing when the policy is refused", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    const before = await importWeb(opened)
    context.clock.advance(60)

    const wrong = { enabled: false, policy: { validityMonths: 0 } }
    await expect(updateCertificate(context, system, { vault, name, ...wrong })).rejects.toMatchObject({
      kind: "invalidInput",
    })
    expect(await getCertificate(context, system, { vault, name })).toEqual(before)
  })
})

describe("deletion", () => {
  test("takes certificate, key and secret together, and recovery brings them back", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    const before = await importWeb(opened)
    const secretBefore = await getSecret(context, system, { vault, name })

    const deleted = await deleteCertificate(context, system, { vault, name })

    const dates = { deletedAt: testNow, purgeAt: testNow + 90 * 86_400 }
    expect(deleted).toEqual({ ...before, ...dates })
    await expect(getSecret(context, system, { vault, name })).rejects.toMatchObject({ kind: "notFound" })
    expect(await getDeletedSecret(context, system, { vault, name })).toMatchObject({
      managed: true,
      ...dates,
    })
    expect(await listDeletedCertificates(context, system, { vault })).toMatchObject({
      items: [{ name, ...dates }],
    })
    expect(await getDeletedCertificate(context, system, { vault, name })).toEqual(deleted)

    expect(await recoverDeletedCertificate(context, system, { vault, name })).toEqual(before)
    expect(await getSecret(context, system, { vault, name })).toEqual(secretBefore)
  })

  test("leaves nothing after a purge", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    await importWeb(opened)
    await importWeb(opened)
    await deleteCertificate(context, system, { vault, name })

    await purgeDeletedCertificate(context, system, { vault, name })

    expect(await context.store.vaultObjects.list({})).toEqual([])
    expect(await context.store.vaultObjectVersions.list({})).toEqual([])
    await setSecret(context, system, { vault, name, value: "the name is free" })
  })

  test("cannot be undone or made final through the secret", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    await importWeb(opened)
    await deleteCertificate(context, system, { vault, name })
    const refusal = { kind: "conflict", reason: "managed" }

    await expect(recoverDeletedSecret(context, system, { vault, name })).rejects.toMatchObject(refusal)
    await expect(purgeDeletedSecret(context, system, { vault, name })).rejects.toMatchObject(refusal)
  })

  test("ends in a purge of all three when the retention is over", async () => {
    const opened = await openTestVault({ softDeleteRetentionDays: 7 })
    const { context, system, vault } = opened
    await importWeb(opened)
    await deleteCertificate(context, system, { vault, name })
    context.clock.advance(7 * 86_400)

    expect(await purgeExpiredObjects(context)).toBe(1)
    expect(await context.store.vaultObjects.list({})).toEqual([])
    expect((await opened.auditTrail()).at(-1)).toBe("CertificatePurge success")
  })
})
