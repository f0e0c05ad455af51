import { X509Certificate } from "node:crypto"
import { readFileSync } from "node:fs"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { connect, createServer } from "node:tls"
import { describe, expect, test } from "vitest"
import { testNow } from "../../../test/context.ts"
import { type BootedVault, bootVault, contentsOf } from "../../../test/boot-vault.ts"

const version = "?api-version=7.4"
const vectors = join(import.meta.dirname, "../../../test/vectors/pfx")
const read = (file: string) => readFileSync(join(vectors, file))
const pfx = { value: read("rsa-chain.pfx").toString("base64"), pwd: "password" }
const pem = read("bundle.pem").toString("utf8")
const leaf = new X509Certificate(read("chain.pem"))
const x5t = Buffer.from(leaf.fingerprint.replaceAll(":", ""), "hex").toString("base64url")
const dates = { nbf: leaf.validFromDate.getTime() / 1000, exp: leaf.validToDate.getTime() / 1000 }

const listAttributes = { enabled: true, ...dates, created: testNow, updated: testNow }
const attributes = { ...listAttributes, recoveryLevel: "Recoverable+Purgeable", recoverableDays: 90 }

function errorBody(code: string, message: string, innerCode?: string) {
  return { error: { code, message, ...(innerCode === undefined ? {} : { innererror: { code: innerCode } }) } }
}

interface Bundle {
  id: string
  kid: string
  sid: string
}

async function importWeb({ answer }: BootedVault, body: object = pfx, name = "web"): Promise<Bundle> {
  const { status, body: bundle } = await answer("POST", `/certificates/${name}/import${version}`, { body })
  expect(status).toBe(200)
  return bundle as Bundle
}

function bundleOf(url: string, id: string) {
  const versionId = id.split("/").at(-1)
  return {
    id: `${url}/certificates/web/${versionId}`,
    kid: `${url}/keys/web/${versionId}`,
    sid: `${url}/secrets/web/${versionId}`,
    x5t,
    cer: leaf.raw.toString("base64"),
    attributes,
    policy: {
      id: `${url}/certificates/web/policy`,
      key_props: { exportable: true, kty: "RSA", key_size: 2048, reuse_key: false },
      secret_props: { contentType: "application/x-pkcs12" },
      x509_props: {
        subject: "CN=Test rsa, O=Example",
        sans: { dns_names: ["test.example"] },
        ekus: ["1.3.6.1.5.5.7.3.1"],
        key_usage: ["digitalSignature", "keyEncipherment"],
        validity_months: 1200,
        basic_constraints: { ca: false },
      },
      lifetime_actions: [{ trigger: { lifetime_percentage: 80 }, action: { action_type: "EmailContacts" } }],
      issuer: { name: "Unknown" },
      attributes: { enabled: true, created: testNow, updated: testNow },
    },
  }
}

describe("200", () => {
  test("import answers the certificate, its key, its secret and the policy that it implies", async () => {
    const opened = await bootVault()

    const bundle = await importWeb(opened)

    expect(bundle).toEqual(bundleOf(opened.url, bundle.id))
    expect(bundle.id).toMatch(/\/certificates\/web\/[0-9a-f]{32}$/)
    expect(await opened.answer("GET", `/certificates/web/${version}`)).toEqual({ status: 200, body: bundle })
    expect(await opened.answer("GET", `${new URL(bundle.id).pathname}${version}`)).toEqual({
      status: 200,
      body: bundle,
    })
  })

  test("import takes PEM as text with its content type, and as base64 without", async () => {
    const opened = await bootVault()
    const contentType = "application/x-pem-file"
    const asText = {
      value: pem,
      policy: { secret_props: { contentType }, key_props: {}, issuer: { name: "Unknown" } },
    }
    const asBase64 = { value: Buffer.from(pem).toString("base64") }

    for (const body of [asText, asBase64]) {
      expect(await importWeb(opened, body)).toMatchObject({ x5t, policy: { secret_props: { contentType } } })
    }
  })

  test("import shows an EC key by its curve", async () => {
    const opened = await bootVault()

    const bundle = await importWeb(opened, { value: read("p384.pfx").toString("base64"), pwd: "password" })

    expect(bundle).toMatchObject({
      policy: { key_props: { exportable: true, kty: "EC", reuse_key: false, crv: "P-384" } },
    })
    expect(JSON.stringify(bundle)).not.toContain("key_size")
  })

  test("import takes a policy, attributes and tags, and answers them", async () => {
    const opened = await bootVault()
    const policy = {
      key_props: { exportable: true, kty: "RSA", key_size: 2048, reuse_key: true },
      secret_props: { contentType: "application/x-pem-file" },
      x509_props: {
        subject: "CN=renewed",
        ekus: ["1.3.6.1.5.5.7.3.2"],
        key_usage: ["digitalSignature"],
        validity_months: 6,
        sans: {
          dns_names: ["a.example"],
          emails: ["a@example"],
          upns: [],
          uris: ["urn:a"],
          ipAddresses: ["10.0.0.1"],
        },
      },
      lifetime_actions: [{ trigger: { days_before_expiry: 30 }, action: { action_type: "AutoRenew" } }],
      issuer: { name: "Self" },
    }

    const bundle = await importWeb(opened, {
      ...pfx,
      policy,
      attributes: { enabled: false },
      tags: { a: "b" },
    })

    const { upns: _empty, ...sans } = policy.x509_props.sans
    expect(bundle).toMatchObject({
      attributes: { enabled: false },
      tags: { a: "b" },
      policy: {
        ...policy,
        x509_props: { ...policy.x509_props, sans, basic_constraints: { ca: false } },
      },
    })
    expect(bundle).not.toHaveProperty("policy.x509_props.sans.upns")
  })

  // Story A 6, word for word.
  test("the list of api-version 7.4 is exactly what the story shows", async () => {
    const opened = await bootVault()
    await importWeb(opened)

    const response = await opened.call("GET", `/certificates${version}`)

    expect(await response.text()).toBe(
      `{"value":[{"id":"${opened.url}/certificates/web","x5t":"${x5t}","attributes":{"enabled":true,"nbf":${dates.nbf},"exp":${dates.exp},"created":${testNow},"updated":${testNow}},"subject":""}],"nextLink":null}`,
    )
  })

  test("later lists tell the recovery level too", async () => {
    const opened = await bootVault()
    await importWeb(opened, { ...pfx, tags: { a: "b" } })

    expect(await opened.answer("GET", "/certificates?api-version=2025-07-01&includePending=true")).toEqual({
      status: 200,
      body: {
        value: [{ id: `${opened.url}/certificates/web`, x5t, attributes, tags: { a: "b" }, subject: "" }],
        nextLink: null,
      },
    })
  })

  test("versions are listed with their ids", async () => {
    const opened = await bootVault()
    const first = await importWeb(opened)
    const second = await importWeb(opened)

    expect(await opened.answer("GET", `/certificates/web/versions${version}`)).toEqual({
      status: 200,
      body: {
        value: [first, second].map(({ id }) => ({ id, x5t, attributes: listAttributes, subject: "" })),
        nextLink: null,
      },
    })
  })

  test("lists go on beyond 25", async () => {
    const opened = await bootVault()
    const names = Array.from({ length: 30 }, (_, at) => `web-${String(at).padStart(2, "0")}`)
    for (const name of names)
      await importWeb(opened, { value: read("p256.pfx").toString("base64"), pwd: "password" }, name)

    const first = (await opened.answer("GET", `/certificates${version}`)).body as {
      value: Bundle[]
      nextLink: string
    }
    const second = (await opened.answer("GET", first.nextLink.slice(opened.url.length))).body as {
      value: Bundle[]
    }

    expect([...first.value, ...second.value].map(({ id }) => id)).toEqual(
      names.map((name) => `${opened.url}/certificates/${name}`),
    )
    expect(second).toMatchObject({ nextLink: null })
  })

  test("the policy is there by itself", async () => {
    const opened = await bootVault()
    const { id } = await importWeb(opened)

    expect(await opened.answer("GET", `/certificates/web/policy${version}`)).toEqual({
      status: 200,
      body: bundleOf(opened.url, id).policy,
    })
  })

  test("update changes the certificate and its secret", async () => {
    const opened = await bootVault()
    await importWeb(opened)
    opened.booted.clock.advance(60)

    const updated = await opened.answer("PATCH", `/certificates/web/${version}`, {
      body: { attributes: { enabled: false }, tags: { a: "b" } },
    })

    const changed = { attributes: { ...attributes, enabled: false, updated: testNow + 60 }, tags: { a: "b" } }
    expect(updated).toMatchObject({ status: 200, body: changed })
    expect(await opened.answer("GET", `/secrets/web/versions${version}`)).toMatchObject({
      body: { value: [changed] },
    })
    expect(await opened.answer("GET", `/secrets/web${version}`)).toEqual({
      status: 403,
      body: errorBody("Forbidden", "Operation get is not allowed on a disabled secret.", "SecretDisabled"),
    })
  })

  test("delete, look at, recover and purge take the secret along", async () => {
    const opened = await bootVault()
    const { answer, url } = opened
    const bundle = await importWeb(opened)
    const deletion = {
      recoveryId: `${url}/deletedcertificates/web`,
      deletedDate: testNow,
      scheduledPurgeDate: testNow + 90 * 86_400,
    }

    expect(await answer("DELETE", `/certificates/web${version}`)).toEqual({
      status: 200,
      body: { ...bundle, ...deletion },
    })
    expect(await answer("GET", `/deletedcertificates/web${version}`)).toEqual({
      status: 200,
      body: { ...bundle, ...deletion },
    })
    expect(await answer("GET", `/deletedcertificates${version}`)).toEqual({
      status: 200,
      body: {
        value: [{ id: `${url}/certificates/web`, x5t, attributes: listAttributes, subject: "", ...deletion }],
        nextLink: null,
      },
    })
    expect(await answer("GET", `/deletedsecrets/web${version}`)).toMatchObject({
      body: { managed: true, kid: bundle.kid },
    })
    expect(await answer("POST", `/deletedcertificates/web/recover${version}`)).toEqual({
      status: 200,
      body: bundle,
    })
    expect((await answer("GET", `/secrets/web${version}`)).status).toBe(200)
    await answer("DELETE", `/certificates/web${version}`)
    expect((await answer("DELETE", `/deletedcertificates/web${version}`)).status).toBe(204)
    expect((await answer("GET", `/deletedsecrets/web${version}`)).status).toBe(404)
  })
})

describe("the secret behind a certificate", () => {
  test("answers a PFX that says to whom it belongs", async () => {
    const opened = await bootVault()
    const { kid, sid } = await importWeb(opened)

    const { status, body } = await opened.answer("GET", `/secrets/web${version}`)

    expect(status).toBe(200)
    expect(body).toEqual({
      value: expect.stringMatching(/^MI[0-9A-Za-z+/]+={0,2}$/),
      id: sid,
      contentType: "application/x-pkcs12",
      attributes,
      managed: true,
      kid,
    })
  })

  test("is listed as managed", async () => {
    const opened = await bootVault()
    await importWeb(opened)

    expect(await opened.answer("GET", `/secrets${version}`)).toEqual({
      status: 200,
      body: {
        value: [
          { id: `${opened.url}/secrets/web`, contentType: "application/x-pkcs12", attributes, managed: true },
        ],
        nextLink: null,
      },
    })
  })

  test("names the version before it, from 2025-06 on", async () => {
    const opened = await bootVault()
    const first = await importWeb(opened)
    await importWeb(opened)

    const previousVersion = first.id.split("/").at(-1)
    expect(await opened.answer("GET", "/secrets/web?api-version=2025-07-01")).toMatchObject({
      body: { previousVersion },
    })
    expect((await opened.answer("GET", `/secrets/web${version}`)).body).not.toHaveProperty("previousVersion")
  })

  test("becomes PEM on request, from 2025-06 on", async () => {
    const opened = await bootVault()
    await importWeb(opened)
    const wanted = "&outContentType=application/x-pem-file"

    const converted = (await opened.answer("GET", `/secrets/web?api-version=2025-06-01-preview${wanted}`))
      .body
    const older = (await opened.answer("GET", `/secrets/web?api-version=7.6${wanted}`)).body

    expect(converted).toMatchObject({
      contentType: "application/x-pem-file",
      value: expect.stringMatching(
        /^-----BEGIN PRIVATE KEY-----\n[^-]+-----END PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----/,
      ),
    })
    expect(older).toMatchObject({ contentType: "application/x-pkcs12" })
  })

  test.each([
    "application/x-pkcs12",
    "text/plain",
    "application/x-pem-file&outContentType=application/x-pem-file",
  ])("does not become outContentType=%s", async (wanted) => {
    const opened = await bootVault()
    await importWeb(opened, { value: pem })

    const { status, body } = await opened.answer(
      "GET",
      `/secrets/web?api-version=2025-07-01&outContentType=${wanted}`,
    )

    expect(status).toBe(400)
    expect(body).toMatchObject({ error: { code: "BadParameter" } })
  })

  // Story A 9: it is used in a TLS handshake.
  test.each([
    ["PFX", pfx, (value: string) => ({ pfx: Buffer.from(value, "base64"), passphrase: "" })],
    [
      "PEM",
      { value: pem },
      (value: string) => ({ key: value, cert: value.slice(value.indexOf("-----BEGIN CERT")) }),
    ],
  ])("serves a TLS handshake as %s", async (_form, body, toOptions) => {
    const opened = await bootVault()
    await importWeb(opened, body)
    const { value } = (await opened.answer("GET", `/secrets/web${version}`)).body as { value: string }

    const server = createServer(toOptions(value), (socket) => socket.end())
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const { port } = server.address() as AddressInfo
    const raw = await new Promise<Buffer>((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().raw)
        socket.end()
      })
      socket.on("error", reject)
    })
    server.close()

    expect(raw.equals(leaf.raw)).toBe(true)
  })

  test.each([
    ["PUT", "/secrets/web", { value: "v" }],
    ["PATCH", "/secrets/web", { contentType: "t" }],
    ["DELETE", "/secrets/web", {}],
    ["POST", "/secrets/web/backup", {}],
  ])("refuses %s %s", async (method, path, body) => {
    const opened = await bootVault()
    await importWeb(opened)
    const before = await contentsOf(opened)

    expect(await opened.answer(method, `${path}${version}`, { body })).toEqual({
      status: 403,
      body: errorBody(
        "Forbidden",
        'The secret "web" belongs to the certificate of the same name. Change the certificate instead',
      ),
    })
    expect(await contentsOf(opened)).toEqual(before)
  })
})

describe("400", () => {
  const why = (reason: string) => `The certificate cannot be imported: ${reason}`
  const wrongPassword = why(
    "the password is not that of the PFX file. Give it in pwd, or leave pwd out when there is none",
  )
  const malformed = why(
    "value is neither a whole PFX file in base64 nor PEM. It may have been cut short or damaged",
  )
  const noKey = why("value holds no private key. Export the certificate together with its private key")

  test.each<[string, object | string | undefined, string]>([
    ["a wrong password", { ...pfx, pwd: "wrong" }, wrongPassword],
    ["no password", { value: pfx.value }, wrongPassword],
    ["a truncated PFX", { ...pfx, value: pfx.value.slice(0, 2000) }, malformed],
    ["a truncated PFX with a wrong password", { value: pfx.value.slice(0, 2000), pwd: "wrong" }, malformed],
    [
      "a PFX without key",
      { value: read("certificates-only.pfx").toString("base64"), pwd: "password" },
      noKey,
    ],
    ["PEM without key", { value: read("chain.pem").toString("utf8") }, noKey],
    [
      "the key of another certificate",
      {
        value:
          read("rsa.key.pem").toString() +
          read("chain.pem")
            .toString()
            .replace(/^[^]*?END CERTIFICATE-----\n/, ""),
      },
      why("value holds no certificate that belongs to its private key"),
    ],
    ["text that is neither", { value: "hello" }, malformed],
    ["no body", undefined, "The request has no body; a JSON object is expected"],
    ["invalid JSON", "{", "The request body is not valid JSON in UTF-8"],
    ["no value", { pwd: "x" }, "Property value is missing. It is a string and required"],
    ["a number as password", { ...pfx, pwd: 1 }, "Property pwd must be a string"],
    ["text as policy", { ...pfx, policy: "x" }, "Property policy must be an object"],
    ["a list with null", { ...pfx, policy: { x509_props: { ekus: [null] } } }, "Property ekus holds null"],
    [
      "text as list",
      { ...pfx, policy: { x509_props: { key_usage: "x" } } },
      "Property key_usage must be a list",
    ],
    [
      "an unknown action",
      { ...pfx, policy: { lifetime_actions: [{ trigger: {}, action: { action_type: "Sing" } }] } },
      "Property action_type must be AutoRenew or EmailContacts",
    ],
    [
      "another key size",
      { ...pfx, policy: { key_props: { key_size: 4096 } } },
      "The policy asks for another key than the imported RSA 2048. Leave kty, key_size and crv out, or let them say the same",
    ],
    [
      "another content type",
      { ...pfx, policy: { secret_props: { contentType: "text/plain" } } },
      "The content type of the secret behind a certificate is application/x-pkcs12 or application/x-pem-file",
    ],
    [
      "a tag that is too long",
      { ...pfx, tags: { a: "v".repeat(257) } },
      "A text in tags has 257 characters; at most 256 are allowed",
    ],
    [
      "a body of 2 MB",
      "x".repeat(2_000_000),
      "The request body is too large. At most 1048576 bytes are read",
    ],
  ])("import refuses %s and changes nothing", async (_what, body, message) => {
    const opened = await bootVault()
    await importWeb(opened)
    const before = await contentsOf(opened)

    const answered = await opened.answer("POST", `/certificates/web/import${version}`, { body })

    expect(answered).toEqual({ status: 400, body: errorBody("BadParameter", message) })
    expect(await contentsOf(opened)).toEqual(before)
  })

  test.each(["contacts", "Issuers", "restore"])("no certificate can be called %s", async (name) => {
    const { answer } = await bootVault()

    expect(await answer("POST", `/certificates/${name}/import${version}`, { body: pfx })).toEqual({
      status: 400,
      body: errorBody(
        "BadParameter",
        `A certificate cannot be called "${name}": the word is reserved. Choose another name`,
      ),
    })
  })
})

describe("403", () => {
  // Story A 3: exactly that much works.
  test("a Certificate User on one certificate gets it with its key, and nothing else", async () => {
    const opened = await bootVault({ role: "Key Vault Certificate User", at: "/certificates/web" })
    const { answer, seed, scope } = opened
    const { servicePrincipal } = await seed.application()
    await seed.assignRole(servicePrincipal.id, "Key Vault Administrator", scope)
    const token = await seed.token(servicePrincipal, "vault")
    for (const name of ["web", "other"]) {
      await opened.answer("POST", `/certificates/${name}/import${version}`, { token, body: pfx })
    }
    await opened.answer("PUT", `/secrets/plain${version}`, { token, body: { value: "v" } })

    const statuses: [string, string, number][] = [
      ["GET", "/certificates/web", 200],
      ["GET", "/certificates/web/policy", 200],
      ["GET", "/secrets/web", 200],
      ["GET", "/certificates", 403],
      ["GET", "/secrets", 403],
      ["GET", "/certificates/other", 403],
      ["GET", "/secrets/other", 403],
      ["GET", "/secrets/plain", 403],
      ["DELETE", "/certificates/web", 403],
      ["PATCH", "/certificates/web", 403],
      ["DELETE", "/secrets/web", 403],
    ]
    for (const [method, path, status] of statuses) {
      const options = method === "PATCH" ? { body: {} } : {}
      expect([method, path, (await answer(method, `${path}${version}`, options)).status]).toEqual([
        method,
        path,
        status,
      ])
    }
  })
})

describe("404", () => {
  const help = "If you deleted this certificate recently, you may be able to recover it."

  test.each([
    ["GET", "/certificates/absent"],
    ["GET", "/certificates/absent/versions"],
    ["GET", "/certificates/absent/policy"],
    ["PATCH", "/certificates/absent"],
    ["DELETE", "/certificates/absent"],
  ])("%s %s names what was not found", async (method, path) => {
    const { answer } = await bootVault()

    const options = method === "PATCH" ? { body: {} } : {}
    expect(await answer(method, `${path}${version}`, options)).toEqual({
      status: 404,
      body: errorBody(
        "CertificateNotFound",
        `A certificate with (name/id) absent was not found in this key vault. ${help}`,
      ),
    })
  })

  test("a deleted certificate is looked for among the deleted only", async () => {
    const opened = await bootVault()
    await importWeb(opened)

    expect(await opened.answer("GET", `/deletedcertificates/web${version}`)).toEqual({
      status: 404,
      body: errorBody("CertificateNotFound", "Deleted Certificate not found: web"),
    })
  })
})

describe("409", () => {
  test("the name of a deleted certificate is held", async () => {
    const opened = await bootVault()
    await importWeb(opened)
    await opened.answer("DELETE", `/certificates/web${version}`)

    expect(await opened.answer("POST", `/certificates/web/import${version}`, { body: pfx })).toEqual({
      status: 409,
      body: errorBody(
        "Conflict",
        "Certificate web is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the certificate can only be recovered or purged.",
        "ObjectIsDeletedButRecoverable",
      ),
    })
  })

  test("a name that a plain secret has is taken", async () => {
    const opened = await bootVault()
    await opened.answer("PUT", `/secrets/web${version}`, { body: { value: "v" } })

    expect(await opened.answer("POST", `/certificates/web/import${version}`, { body: pfx })).toEqual({
      status: 409,
      body: errorBody(
        "Conflict",
        'The name "web" is taken by a secret that belongs to no certificate. Delete and purge it, or choose another name',
      ),
    })
  })
})
