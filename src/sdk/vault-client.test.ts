import { describe, test } from "vitest"
import { answering, type ToldAnswer } from "../../test/http-client.ts"
import { collect } from "./api-call.ts"
import { createVaultClient } from "./vault-client.ts"

const vaultUrl = "https://demo.vault.localhost:8443"
const challenge = (parameters: string): ToldAnswer => ({
  status: 401,
  headers: { "www-authenticate": `Bearer authorization="https://localhost:8443/t", ${parameters}` },
})

function open(table: Parameters<typeof answering>[0]) {
  const http = answering(table)
  const scopes: string[] = []
  const getToken = async (scope: string) => {
    scopes.push(scope)
    return { token: "value", expiresAt: 0 }
  }
  return { http, scopes, vault: createVaultClient({ http, vaultUrl: `${vaultUrl}/`, getToken }) }
}

/** Answers the first request with a challenge, all others as told. */
function after(told: ToldAnswer, first = challenge('resource="https://vault.localhost:8443"')) {
  let asked = 0
  return () => (asked++ === 0 ? first : told)
}

describe("the challenge", () => {
  test("is asked for once, without a token, and says the scope", async ({ expect }) => {
    const { http, scopes, vault } = open({
      [`GET ${vaultUrl}/secrets`]: after({ body: { value: [], nextLink: null } }),
    })

    await collect(vault.listSecrets())
    await collect(vault.listSecrets())

    expect(scopes).toEqual(["https://vault.localhost:8443/.default", "https://vault.localhost:8443/.default"])
    expect(http.asked.map(({ headers }) => headers?.authorization)).toEqual([
      undefined,
      "Bearer value",
      "Bearer value",
    ])
  })

  test("may name a scope in place of a resource", async ({ expect }) => {
    const first = challenge('scope="https://vault.localhost:8443/.default"')
    const { scopes, vault } = open({ [`GET ${vaultUrl}/secrets`]: after({ body: { value: [] } }, first) })

    await collect(vault.listSecrets())

    expect(scopes).toEqual(["https://vault.localhost:8443/.default"])
  })

  // Else any server could collect tokens that are good elsewhere.
  test.for([
    "https://vault.azure.net",
    "https://localhost:8443.evil.com",
    "https://ault.localhost:8443",
    "https://vault.localhost",
    "nonsense",
  ])("that asks for a token of %s is refused before any token is asked for", async (resource, { expect }) => {
    const { scopes, vault } = open({ [`GET ${vaultUrl}/secrets`]: challenge(`resource="${resource}"`) })

    await expect(collect(vault.listSecrets())).rejects.toMatchObject({ kind: "unexpectedAnswer" })
    expect(scopes).toEqual([])
  })

  test("that is missing is an error", async ({ expect }) => {
    const { vault } = open({ [`GET ${vaultUrl}/secrets`]: { status: 401 } })

    await expect(vault.getSecret("a")).rejects.toThrow("does not say which token it needs")
  })
})

describe("a list", () => {
  test("is read page by page", async ({ expect }) => {
    const pages = [
      { value: [{ id: "1" }], nextLink: `${vaultUrl}/secrets?$skiptoken=a` },
      { value: [], nextLink: `${vaultUrl}/secrets?$skiptoken=b` },
      { value: [{ id: "2" }], nextLink: null },
    ]
    const answers = [challenge('resource="https://vault.localhost:8443"'), ...pages.map((body) => ({ body }))]
    const { vault } = open({ [`GET ${vaultUrl}/secrets`]: () => answers.shift() ?? {} })

    expect(await collect(vault.listSecrets())).toEqual([{ id: "1" }, { id: "2" }])
  })

  // The token would go there with the request.
  test("that goes on at another server is an error", async ({ expect }) => {
    const body = { value: [{ id: "1" }], nextLink: "https://demo.vault.localhost:9443/secrets" }
    const { http, vault } = open({ [`GET ${vaultUrl}/secrets`]: after({ body }) })

    await expect(collect(vault.listSecrets())).rejects.toMatchObject({ kind: "unexpectedAnswer" })
    expect(http.asked).toHaveLength(2)
  })
})

describe("an operation", () => {
  test("sends name, version and body where Key Vault takes them", async ({ expect }) => {
    const told: ToldAnswer = { body: {} }
    const { http, vault } = open({
      [`GET ${vaultUrl}/secrets`]: challenge('resource="https://vault.localhost:8443"'),
      [`PUT ${vaultUrl}/secrets/a`]: told,
      [`GET ${vaultUrl}/secrets/a/`]: told,
      [`GET ${vaultUrl}/secrets/a/1`]: told,
      [`DELETE ${vaultUrl}/secrets/a%2Fb`]: told,
      [`POST ${vaultUrl}/certificates/c/import`]: told,
    })

    await vault.setSecret("a", { value: "x" })
    await vault.getSecret("a")
    await vault.getSecret("a", "1", "application/x-pem-file")
    await vault.deleteSecret("a/b")
    await vault.importCertificate("c", { value: "MII", password: "p" })
    await vault.importCertificate("c", { value: "-----BEGIN CERTIFICATE-----" })

    expect(
      http.asked
        .slice(1)
        .map(({ method = "GET", url, body }) => [method, url.toString().slice(vaultUrl.length), body]),
    ).toEqual([
      ["PUT", "/secrets/a?api-version=7.4", '{"value":"x"}'],
      ["GET", "/secrets/a/?api-version=7.4", undefined],
      ["GET", "/secrets/a/1?api-version=2025-07-01&outContentType=application%2Fx-pem-file", undefined],
      ["DELETE", "/secrets/a%2Fb?api-version=7.4", undefined],
      ["POST", "/certificates/c/import?api-version=7.4", '{"value":"MII","pwd":"p"}'],
      [
        "POST",
        "/certificates/c/import?api-version=7.4",
        '{"value":"-----BEGIN CERTIFICATE-----","policy":{"secret_props":{"contentType":"application/x-pem-file"}}}',
      ],
    ])
  })

  test.for(["demo", "http://demo.vault.localhost", ""])("is not begun at %j", (vaultUrl, { expect }) => {
    const getToken = () => Promise.reject(new Error("never"))

    expect(() => createVaultClient({ http: answering({}), vaultUrl, getToken })).toThrow(
      "Not the address of a vault",
    )
  })
})
