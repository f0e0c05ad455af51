import { describe, test } from "vitest"
import { answering } from "../../test/http-client.ts"
import { createTokenClient, parseMetadataUrl } from "./token-client.ts"

const authority = "https://localhost:8443"
const discovery = `GET ${authority}/t/v2.0/.well-known/openid-configuration`
const endpoint = `${authority}/t/oauth2/v2.0/token`
const clock = { now: () => 1000 }
const token = { body: { token_type: "Bearer", expires_in: 3599, access_token: "value" } }

describe("a token", () => {
  test("is asked for at the endpoint that discovery tells, as a form", async ({ expect }) => {
    const http = answering({
      [discovery]: { body: { token_endpoint: endpoint } },
      [`POST ${endpoint}`]: token,
    })
    const client = createTokenClient({ http, authority: `${authority}/`, clock })

    const first = await client.requestToken("t", { grant_type: "client_credentials", scope: "a b/.default" })
    await client.requestToken("t", { grant_type: "client_credentials" })

    expect(first).toEqual({ token: "value", expiresAt: 4599 })
    expect(http.asked.map(({ method = "GET" }) => method)).toEqual(["GET", "POST", "POST"])
    expect(http.asked[1]).toEqual({
      method: "POST",
      url: endpoint,
      headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
      body: "grant_type=client_credentials&scope=a+b%2F.default",
    })
  })

  test("counts its life as text too", async ({ expect }) => {
    const http = answering({
      [discovery]: { body: { token_endpoint: endpoint } },
      [`POST ${endpoint}`]: { body: { access_token: "value", expires_in: "60" } },
    })

    const { expiresAt } = await createTokenClient({ http, authority, clock }).requestToken("t", {})

    expect(expiresAt).toBe(1060)
  })

  test("comes from an AD FS address without a tenant in its path", async ({ expect }) => {
    const http = answering({
      "GET https://host/adfs/.well-known/openid-configuration": { body: { token_endpoint: endpoint } },
    })

    const found = await createTokenClient({ http, authority: "https://host/adfs" }).findTokenEndpoint("t")

    expect(found).toBe(endpoint)
  })

  test("is not taken from an answer that lacks one", async ({ expect }) => {
    const http = answering({
      [discovery]: { body: { token_endpoint: endpoint } },
      [`POST ${endpoint}`]: { body: { access_token: "value" } },
    })

    await expect(createTokenClient({ http, authority }).requestToken("t", {})).rejects.toMatchObject({
      kind: "unexpectedAnswer",
    })
  })
})

// A secret must not cross a network in clear text, whoever tells to send it there.
describe("plain http", () => {
  test("is refused for the discovery document", async ({ expect }) => {
    const client = createTokenClient({ http: answering({}), authority: "http://login.example.com" })

    await expect(client.findTokenEndpoint("t")).rejects.toMatchObject({ kind: "invalidInput" })
  })

  test("is refused for the endpoint that discovery tells", async ({ expect }) => {
    const http = answering({ [discovery]: { body: { token_endpoint: "http://evil.example.com/token" } } })

    await expect(createTokenClient({ http, authority }).findTokenEndpoint("t")).rejects.toThrow(
      "Not an https address",
    )
  })

  test("is allowed on this machine", async ({ expect }) => {
    const http = answering({
      "GET http://localhost:8080/t/v2.0/.well-known/openid-configuration": {
        body: { token_endpoint: "http://localhost:8080/token" },
      },
    })

    const found = await createTokenClient({ http, authority: "http://localhost:8080" }).findTokenEndpoint("t")

    expect(found).toBe("http://localhost:8080/token")
  })
})

describe("a metadata endpoint", () => {
  test.for([
    "https://localhost:8443/tenant/v2.0/.well-known/openid-configuration",
    "https://localhost:8443/tenant/.well-known/openid-configuration",
  ])("%s tells authority and tenant", (url, { expect }) => {
    expect(parseMetadataUrl(url)).toEqual({ authority, tenantId: "tenant" })
  })

  test.for([
    "",
    "localhost",
    "https://localhost:8443/",
    "https://localhost:8443/.well-known/openid-configuration",
  ])("is not %j", (url, { expect }) => {
    expect(() => parseMetadataUrl(url)).toThrow("Not a metadata endpoint")
  })
})
