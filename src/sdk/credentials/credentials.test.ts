import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createPrivateKey, X509Certificate } from "node:crypto"
import { compactVerify, decodeProtectedHeader } from "jose"
import { beforeAll, describe, test } from "vitest"
import { issueCertificate } from "../../../test/certificates.ts"
import { answering } from "../../../test/http-client.ts"
import { createTokenClient } from "../token-client.ts"
import {
  clientCertificateCredential,
  clientSecretCredential,
  federatedTokenCredential,
  managedIdentityCredential,
} from "./index.ts"

const authority = "https://localhost:8443"
const endpoint = `${authority}/t/oauth2/v2.0/token`
const scope = "https://vault.azure.net/.default"
const clock = { now: () => 1_800_000_000 }

function tokenService() {
  const http = answering({
    [`GET ${authority}/t/v2.0/.well-known/openid-configuration`]: { body: { token_endpoint: endpoint } },
    [`POST ${endpoint}`]: { body: { access_token: "value", expires_in: 60 } },
  })
  const form = () => Object.fromEntries(new URLSearchParams(String(http.asked.at(-1)?.body)))
  return { tokenClient: createTokenClient({ http, authority, clock }), form }
}

test("a client secret is sent in the form", async ({ expect }) => {
  const { tokenClient, form } = tokenService()
  const credential = clientSecretCredential({ tokenClient, clientId: "app", clientSecret: "s&cret" })

  const token = await credential.requestToken({ tenantId: "t", scope })

  expect(token).toEqual({ token: "value", expiresAt: 1_800_000_060 })
  expect(credential.account).toBe("app")
  expect(form()).toEqual({
    grant_type: "client_credentials",
    client_id: "app",
    client_secret: "s&cret",
    scope,
  })
})

test("a federated token is read anew for every request", async ({ expect }) => {
  const { tokenClient, form } = tokenService()
  let count = 0
  const credential = federatedTokenCredential({
    tokenClient,
    clientId: "app",
    readToken: () => `token ${++count}\n`,
  })

  await credential.requestToken({ tenantId: "t", scope })
  await credential.requestToken({ tenantId: "t", scope })

  expect(form()).toEqual({
    grant_type: "client_credentials",
    client_id: "app",
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: "token 2",
    scope,
  })
})

describe("a client certificate", () => {
  const folder = mkdtempSync(join(tmpdir(), "keybearer-certificate-"))
  const read = (name: string) => readFileSync(join(folder, name), "utf8")

  beforeAll(() => {
    make("rsa", "rsa:2048")
    make("other", "rsa:2048")
    make("ec", "p256")
    const key = createPrivateKey(make("locked", "rsa:2048"))
    const lock = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "p4ss" } as const
    writeFileSync(join(folder, "locked.key"), key.export(lock))
  })

  function make(name: string, algorithm: "rsa:2048" | "p256"): string {
    const { key, certificate } = issueCertificate({ directory: folder, name, algorithm })
    writeFileSync(join(folder, `${name}.key`), key)
    writeFileSync(join(folder, `${name}.crt`), certificate)
    return key
  }

  test.for(["PS256", "RS256"] as const)(
    "signs an assertion with %s for the token endpoint",
    async (algorithm, { expect }) => {
      const { tokenClient, form } = tokenService()
      const pem = `${read("rsa.key")}${read("rsa.crt")}`
      const credential = clientCertificateCredential({ tokenClient, clientId: "app", pem, algorithm, clock })

      await credential.requestToken({ tenantId: "t", scope })

      const { client_assertion: assertion = "", ...others } = form()
      const certificate = new X509Certificate(read("rsa.crt"))
      const { payload } = await compactVerify(assertion, certificate.publicKey, { algorithms: [algorithm] })
      expect(others).toEqual({
        grant_type: "client_credentials",
        client_id: "app",
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        scope,
      })
      expect(JSON.parse(Buffer.from(payload).toString())).toEqual({
        aud: endpoint,
        iss: "app",
        sub: "app",
        jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
        iat: 1_800_000_000,
        nbf: 1_800_000_000,
        exp: 1_800_000_600,
      })
      expect(decodeProtectedHeader(assertion)).toEqual({
        alg: algorithm,
        typ: "JWT",
        "x5t#S256": Buffer.from(certificate.fingerprint256.replaceAll(":", ""), "hex").toString("base64url"),
      })
    },
  )

  test("opens an encrypted key with its passphrase", async ({ expect }) => {
    const pem = `${read("locked.crt")}${read("locked.key")}`
    const options = { ...tokenService(), clientId: "app", pem }

    expect(clientCertificateCredential({ ...options, passphrase: "p4ss" }).account).toBe("app")
    expect(() => clientCertificateCredential({ ...options, passphrase: "wrong" })).toThrow(
      "Cannot read the private key in the PEM file",
    )
  })

  test.for([
    ["has no key", "rsa.crt", "", "Cannot read the private key in the PEM file"],
    ["has no certificate", "", "rsa.key", "Cannot read the certificate in the PEM file"],
    ["has another's key", "rsa.crt", "other.key", "The private key does not belong to the certificate"],
    ["has an EC key", "ec.crt", "ec.key", "The certificate's private key is not an RSA key"],
  ] as const)("is refused when the file %s", ([, certificate, key, message], { expect }) => {
    const pem = [certificate, key].map((name) => (name === "" ? "" : read(name))).join("\n")

    expect(() => clientCertificateCredential({ ...tokenService(), clientId: "app", pem })).toThrow(message)
  })
})

describe("a managed identity", () => {
  const answer = { body: { access_token: "value", expires_on: "1800003600", token_type: "Bearer" } }

  test("asks the instance metadata service", async ({ expect }) => {
    const http = answering({ "GET http://169.254.169.254/metadata/identity/oauth2/token": answer })
    const credential = managedIdentityCredential({ http, env: {}, clientId: "id", clock })

    const token = await credential.requestToken({ tenantId: "t", scope })

    expect(token).toEqual({ token: "value", expiresAt: 1_800_003_600 })
    expect(credential.account).toBe("id")
    expect(http.asked).toEqual([
      {
        url: "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net&client_id=id",
        headers: { metadata: "true" },
      },
    ])
  })

  test("asks where the environment says that the service is", async ({ expect }) => {
    const http = answering({ "GET http://127.0.0.1:5000/metadata/identity/oauth2/token": answer })
    const env = { AZURE_POD_IDENTITY_AUTHORITY_HOST: "http://127.0.0.1:5000/" }

    await managedIdentityCredential({ http, env, clock }).requestToken({ tenantId: "t", scope })

    expect(new URL(http.asked[0]?.url ?? "").searchParams.get("client_id")).toBe(null)
  })

  test("asks App Service, with its header, when the environment names it", async ({ expect }) => {
    const http = answering({ "GET http://127.0.0.1:5000/msi/token": answer })
    const env = { IDENTITY_ENDPOINT: "http://127.0.0.1:5000/msi/token", IDENTITY_HEADER: "header" }

    await managedIdentityCredential({ http, env, clock }).requestToken({ tenantId: "t", scope })

    expect(http.asked).toEqual([
      {
        url: "http://127.0.0.1:5000/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fvault.azure.net",
        headers: { "x-identity-header": "header" },
      },
    ])
  })

  test("takes no answer that lacks a token or its end", async ({ expect }) => {
    const http = answering({
      "GET http://169.254.169.254/metadata/identity/oauth2/token": { body: { access_token: "value" } },
    })

    await expect(
      managedIdentityCredential({ http, env: {}, clock }).requestToken({ tenantId: "t", scope }),
    ).rejects.toMatchObject({
      kind: "unexpectedAnswer",
    })
  })
})
