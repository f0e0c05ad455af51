import { decodeJwt, decodeProtectedHeader } from "jose"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { boot, type Boot } from "../../../test/boot.ts"
import { type ExpectedError, oauthErrorBody, readRefusal } from "../../../test/oauth.ts"
import { testNow } from "../../../test/context.ts"
import type { SeededApplication } from "../../../test/seed.ts"
import { systemCaller } from "../../domain/access/index.ts"
import { addClientSecret, registerApplication } from "../../domain/applications/index.ts"
import { createTenant } from "../../domain/tenants/index.ts"

let server: Boot
let client: SeededApplication
beforeAll(async () => {
  server = await boot()
  client = await server.seed.application({ displayName: "Client" })
  const system = systemCaller(tenantId)
  await registerApplication(server.context, system, {
    displayName: "Orders",
    appId: ordersAppId,
    identifierUris: ["api://Orders", "https://orders.example/"],
    accessTokenVersion: 2,
  })
})
afterAll(() => server.close())

const tenantId = "3b0cb9a0-1c3d-4c5a-9d0e-0f1a2b3c4d5e"
const ordersAppId = "0d0d0d0d-0000-4000-8000-000000000001"
const someGuid = "00000000-0000-4000-8000-000000000009"
const origin = "https://localhost:8443"
const vaultScope = "https://vault.azure.net/.default"

interface TokenAnswer {
  access_token: string
  expires_in: number | string
  expires_on?: string
}

function form(changes: Record<string, string | undefined> = {}): Record<string, string> {
  const complete = {
    grant_type: "client_credentials",
    client_id: client.application.appId,
    client_secret: client.clientSecret,
    scope: vaultScope,
    ...changes,
  }
  return Object.fromEntries(
    Object.entries(complete).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}

const v1Form = (changes: Record<string, string | undefined> = {}) =>
  form({ scope: undefined, resource: "https://vault.azure.net", ...changes })

async function postV2(
  changes: Record<string, string | undefined> = {},
  segment = tenantId,
): Promise<Response> {
  return server.post(`/${segment}/oauth2/v2.0/token`, form(changes))
}

/** Sends the bytes as they are. */
function postText(body: string | Uint8Array, headers: Record<string, string> = {}): Promise<Response> {
  return server.request(`/${tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: typeof body === "string" ? body : new Uint8Array(body),
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
  })
}

async function claimsOf(response: Response) {
  return decodeJwt(((await response.json()) as TokenAnswer).access_token)
}

describe("POST /{tenant}/oauth2/v2.0/token, client_credentials: 200", () => {
  test("answers numbers as numbers, and nothing that an application does not get", async () => {
    const response = await postV2()

    const body = (await response.json()) as TokenAnswer
    expect(response.status).toBe(200)
    expect(body).toEqual({
      token_type: "Bearer",
      expires_in: expect.any(Number),
      ext_expires_in: body.expires_in,
      access_token: expect.any(String),
    })
    expect(body.expires_in).toBeGreaterThanOrEqual(3600)
    expect(body.expires_in).toBeLessThanOrEqual(5400)
    const { exp = 0, iat } = decodeJwt(body.access_token)
    expect(exp - testNow).toBe(body.expires_in)
    expect(iat).toBe(testNow - 300)
  })

  test("sends the headers of Entra, and none that a browser would keep for localhost", async () => {
    const response = await postV2()

    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store, no-cache",
      pragma: "no-cache",
      expires: "-1",
      "x-content-type-options": "nosniff",
      "x-ms-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
      "x-ms-ests-server": "keybearer",
    })
    expect(response.headers.has("strict-transport-security")).toBe(false)
    expect(response.headers.has("client-request-id")).toBe(false)
  })

  test("echoes the client's request id when asked to", async () => {
    const response = await server.request(`/${tenantId}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams(form()),
      headers: { "client-request-id": someGuid.toUpperCase(), "return-client-request-id": "true" },
    })

    expect(response.headers.get("client-request-id")).toBe(someGuid)
  })

  test("says in a v1 token who asks, for what, and how it proved itself", async () => {
    const body = (await (await postV2()).json()) as TokenAnswer

    const issuer = `${origin}/${tenantId}/`
    expect(decodeProtectedHeader(body.access_token)).toEqual({
      typ: "JWT",
      alg: "RS256",
      x5t: expect.any(String),
      kid: expect.any(String),
    })
    expect(decodeJwt(body.access_token)).toEqual({
      aud: "https://vault.azure.net",
      iss: issuer,
      iat: testNow - 300,
      nbf: testNow - 300,
      exp: testNow + Number(body.expires_in),
      aio: expect.any(String),
      appid: client.application.appId,
      appidacr: "1",
      idp: issuer,
      idtyp: "app",
      oid: client.servicePrincipal.id,
      rh: expect.stringMatching(/^1\./),
      sub: client.servicePrincipal.id,
      tid: tenantId,
      uti: expect.stringMatching(/^[\w-]{22}$/),
      ver: "1.0",
    })
  })

  test("issues a v2 token to a resource that takes those", async () => {
    const body = (await (await postV2({ scope: "api://orders/.default" })).json()) as TokenAnswer

    expect(Object.keys(decodeProtectedHeader(body.access_token)).toSorted()).toEqual(["alg", "kid", "typ"])
    expect(decodeJwt(body.access_token)).toEqual({
      aud: ordersAppId,
      iss: `${origin}/${tenantId}/v2.0`,
      iat: testNow - 300,
      nbf: testNow - 300,
      exp: testNow + Number(body.expires_in),
      aio: expect.any(String),
      azp: client.application.appId,
      azpacr: "1",
      oid: client.servicePrincipal.id,
      rh: expect.stringMatching(/^1\./),
      sub: client.servicePrincipal.id,
      tid: tenantId,
      uti: expect.stringMatching(/^[\w-]{22}$/),
      ver: "2.0",
    })
  })

  test.for([
    ["https://vault.azure.net/.default", "https://vault.azure.net"],
    ["https://vault.azure.net//.default", "https://vault.azure.net/"],
    ["https://vault.localhost:8443/.default", "https://vault.localhost:8443"],
    ["cfa8b339-82a2-471a-a3c9-0fc0be7a4093/.default", "cfa8b339-82a2-471a-a3c9-0fc0be7a4093"],
    ["https://management.azure.com/.default", "https://management.azure.com"],
    ["https://management.core.windows.net//.default", "https://management.core.windows.net/"],
    [`${origin}/.default`, origin],
    ["https://graph.microsoft.com/.default", "https://graph.microsoft.com"],
    ["https://vault.azure.net/.default openid offline_access profile", "https://vault.azure.net"],
    ["openid https://vault.azure.net/.default https://vault.azure.net/.default ", "https://vault.azure.net"],
    ["api://orders/.default", ordersAppId],
    ["API://ORDERS/.default", ordersAppId],
    ["https://orders.example/.default", ordersAppId],
    [`${ordersAppId}/.default`, ordersAppId],
  ] as const)("issues for the scope %s a token with the audience %s", async ([scope, audience]) => {
    const response = await postV2({ scope })

    expect((await claimsOf(response)).aud).toBe(audience)
  })

  test.for([tenantId, tenantId.toUpperCase(), "contoso.example", "Contoso.EXAMPLE", "adfs"])(
    "finds the tenant by %s",
    async (segment) => {
      const response = await postV2({}, segment)

      expect((await claimsOf(response))["tid"]).toBe(tenantId)
    },
  )

  test("ignores what MSAL tells about itself, and credentials in the query", async () => {
    const query = `client-request-id=${someGuid}&client_secret=wrong&scope=api://nothing`
    const response = await server.post(`/${tenantId}/oauth2/v2.0/token?${query}`, {
      ...form(),
      "x-client-SKU": "msal.js.node",
      "x-client-current-telemetry": "5|771,2,,,|,",
      claims: '{"access_token":{"xms_cc":{"values":["CP1"]}}}',
      client_info: "1",
    })

    expect(response.status).toBe(200)
  })

  test("takes the client id in capitals, and writes it small", async () => {
    const response = await postV2({ client_id: client.application.appId.toUpperCase() })

    expect((await claimsOf(response))["appid"]).toBe(client.application.appId)
  })

  test("takes client id and secret by HTTP Basic, both form-encoded", async () => {
    const credentials = [client.application.appId, client.clientSecret].map(encodeURIComponent).join(":")
    const response = await postText(
      "grant_type=client_credentials&scope=https%3A%2F%2Fvault.azure.net%2F.default",
      {
        authorization: `Basic ${Buffer.from(credentials).toString("base64")}`,
      },
    )

    expect(response.status).toBe(200)
  })

  test("takes any of an application's secrets", async () => {
    const { secretText } = await addClientSecret(server.context, systemCaller(tenantId), {
      appId: client.application.appId,
      displayName: "Second",
    })

    expect((await postV2({ client_secret: secretText })).status).toBe(200)
    expect((await postV2()).status).toBe(200)
  })
})

describe("POST /{tenant}/oauth2/token, client_credentials: 200", () => {
  test("answers every number as text, with resource and times", async () => {
    const response = await server.post(`/${tenantId}/oauth2/token`, v1Form())

    const body = (await response.json()) as TokenAnswer
    const { exp, nbf } = decodeJwt(body.access_token)
    expect(response.status).toBe(200)
    expect(body).toEqual({
      token_type: "Bearer",
      expires_in: expect.stringMatching(/^\d{4}$/),
      ext_expires_in: body.expires_in,
      expires_on: String(exp),
      not_before: String(nbf),
      resource: "https://vault.azure.net",
      access_token: expect.any(String),
    })
  })

  test("issues a v2 token all the same when the resource takes those, and ignores scope", async () => {
    const response = await server.post(
      `/${tenantId}/oauth2/token`,
      v1Form({ resource: "api://orders", scope: "https://nothing.example/.default" }),
    )

    expect(await claimsOf(response)).toMatchObject({ ver: "2.0", aud: ordersAppId })
  })

  test("repeats a resource with a slash at its end as it was asked for", async () => {
    const resource = "https://management.core.windows.net/"
    const response = await server.post(`/${tenantId}/oauth2/token`, v1Form({ resource }))

    const body = (await response.json()) as TokenAnswer & { resource: string }
    expect([body.resource, decodeJwt(body.access_token).aud]).toEqual([resource, resource])
  })
})

describe("POST /adfs/oauth2/token", () => {
  test("answers scope in the manner of v2 and resource in that of v1", async () => {
    const byScope = (await (await server.post("/adfs/oauth2/token", form())).json()) as TokenAnswer
    const byResource = (await (await server.post("/adfs/oauth2/token", v1Form())).json()) as TokenAnswer

    expect([typeof byScope.expires_in, typeof byResource.expires_in]).toEqual(["number", "string"])
  })

  test("looks for an unknown application in the default tenant", async () => {
    expect(await readRefusal(await server.post("/adfs/oauth2/token", form({ client_id: someGuid })))).toEqual(
      {
        status: 400,
        error: "unauthorized_client",
        code: 700016,
        text: `The application was not found in the tenant; check the client id and the tenant. Application "${someGuid}" is not in tenant "${tenantId}".`,
      },
    )
  })
})

describe("POST /{tenant}/oauth2/v2.0/token, client_credentials: 400", () => {
  const missing = (name: string): ExpectedError => ({
    error: "invalid_request",
    code: 900144,
    text: `The request body, in the form application/x-www-form-urlencoded, lacks a required parameter. The missing parameter is "${name}".`,
  })
  const malformed = (detail: string): ExpectedError => ({
    error: "invalid_request",
    code: 9002313,
    text: `The request is malformed. ${detail}.`,
  })

  test.for(["grant_type", "client_id", "scope"])(
    "names the parameter %s that is missing or empty",
    async (name) => {
      expect(await readRefusal(await postV2({ [name]: undefined }))).toEqual({
        status: 400,
        ...missing(name),
      })
      expect(await readRefusal(await postV2({ [name]: "" }))).toEqual({ status: 400, ...missing(name) })
    },
  )

  test("reads no body that is not a form", async () => {
    expect(await readRefusal(await postText("", {}))).toEqual({ status: 400, ...missing("grant_type") })
    const json = { "content-type": "application/json" }
    expect(await readRefusal(await postText(JSON.stringify(form()), json))).toEqual({
      status: 400,
      ...missing("grant_type"),
    })
  })

  test.for([
    ["a parameter twice", "grant_type=a&grant_type=a", 'The parameter "grant_type" is there twice'],
    ["an unknown parameter twice", "x=1&x=1&grant_type=a", 'The parameter "x" is there twice'],
    ["broken percent-encoding", "grant_type=%zz", "Its percent-encoding is broken"],
    ["percent-encoding that is not UTF-8", "grant_type=%ff", "Its percent-encoding is broken"],
    ["bytes that are not UTF-8", Uint8Array.of(0x61, 0x3d, 0xff), "The body is not UTF-8"],
    [
      "a body of more than 64 KiB",
      `grant_type=${"a".repeat(64 * 1024)}`,
      "The body is longer than 65536 bytes",
    ],
  ] as const)("refuses %s", async ([, body, detail]) => {
    expect(await readRefusal(await postText(body))).toEqual({ status: 400, ...malformed(detail) })
  })

  test("refuses several credentials at once", async () => {
    const detail = "Send one credential: a client secret or a client assertion"
    const assertion = {
      client_assertion: "a.b.c",
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }
    expect(await readRefusal(await postV2(assertion))).toEqual({ status: 400, ...malformed(detail) })
    const basic = { authorization: `Basic ${btoa(`${client.application.appId}:x`)}` }
    expect(await readRefusal(await postText(new URLSearchParams(form()).toString(), basic))).toEqual({
      status: 400,
      ...malformed(detail),
    })
  })

  test("refuses a client id in the header that differs from that in the body", async () => {
    const body = new URLSearchParams(form({ client_secret: undefined })).toString()
    const response = await postText(body, { authorization: `Basic ${btoa(`${someGuid}:x`)}` })

    expect(await readRefusal(response)).toEqual({
      status: 400,
      ...malformed("The client ids of header and body differ"),
    })
  })

  test("refuses a grant that is not there", async () => {
    expect(await readRefusal(await postV2({ grant_type: "password" }))).toEqual({
      status: 400,
      error: "unsupported_grant_type",
      code: 70003,
      text: 'The grant type is not supported. It was "password".',
    })
  })

  test.for(["common", "organizations", "consumers", "COMMON"])(
    "refuses %s, which is no one tenant",
    async (alias) => {
      expect(await readRefusal(await postV2({}, alias))).toEqual({
        status: 400,
        error: "invalid_request",
        code: 50059,
        text: "The request names no tenant: use its id or domain in the path, as an application belongs to one tenant.",
      })
    },
  )

  test("refuses a tenant that does not exist", async () => {
    expect(await readRefusal(await postV2({}, "fabrikam.example"))).toEqual({
      status: 400,
      error: "invalid_request",
      code: 90002,
      text: 'The tenant was not found; check its id or domain. There is no tenant "fabrikam.example".',
      errorUri: `${origin}/error?code=90002`,
    })
  })

  test("refuses a tenant segment that can be none", async () => {
    expect(await readRefusal(await postV2({}, "what_ever"))).toEqual({
      status: 400,
      error: "invalid_request",
      code: 900023,
      text: "The tenant in the path is neither a GUID nor a domain name.",
    })
  })

  test("refuses an application that is not in the tenant", async () => {
    expect(await readRefusal(await postV2({ client_id: someGuid }))).toEqual({
      status: 400,
      error: "unauthorized_client",
      code: 700016,
      text: `The application was not found in the tenant; check the client id and the tenant. Application "${someGuid}" is not in tenant "${tenantId}".`,
    })
  })

  test("refuses an application of one tenant at another", async () => {
    const other = await createTenant(server.context, systemCaller(tenantId), { domain: "fabrikam.test" })

    expect(await readRefusal(await postV2({}, other.id))).toEqual({
      status: 400,
      error: "unauthorized_client",
      code: 700016,
      text: `The application was not found in the tenant; check the client id and the tenant. Application "${client.application.appId}" is not in tenant "${other.id}".`,
    })
  })

  test.for(["My client", "00000000-0000-0000-0000-000000000000", `{${someGuid}}`])(
    "refuses the client id %s, which is no application's",
    async (clientId) => {
      expect(await readRefusal(await postV2({ client_id: clientId }))).toEqual({
        status: 400,
        error: "unauthorized_client",
        code: 700038,
        text: "The client id is not a valid application identifier: give the GUID of an application. A client id is a GUID.",
      })
    },
  )

  test("refuses an application that is disabled, after it proved itself", async () => {
    const disabled = await server.seed.application()
    await server.context.store.transaction((tx) =>
      tx.servicePrincipals.update({ ...disabled.servicePrincipal, enabled: false }),
    )
    const credentials = { client_id: disabled.application.appId, client_secret: disabled.clientSecret }

    expect(await readRefusal(await postV2(credentials))).toEqual({
      status: 400,
      error: "unauthorized_client",
      code: 7000112,
      text: `The application is disabled. Application "${disabled.application.appId}" is disabled.`,
    })
    expect((await postV2({ ...credentials, client_secret: "wrong" })).status).toBe(401)
  })

  test.for([
    ["https://vault.azure.net", "two slashes and no /.default"],
    ["https://vault.azure.net/user_impersonation", "a permission"],
    ["User.Read", "a bare permission"],
    [".default", "no resource"],
    ["/.default", "an empty resource"],
    ["openid profile", "scopes of OpenID Connect alone"],
  ] as const)("refuses the scope %s: %s", async ([scope]) => {
    expect(await readRefusal(await postV2({ scope }))).toEqual({
      status: 400,
      error: "invalid_scope",
      code: 1002012,
      text: "For client credentials the scope must be a resource identifier followed by /.default. An example is https://vault.azure.net/.default.",
    })
  })

  test("refuses two resources in one scope", async () => {
    expect(
      await readRefusal(await postV2({ scope: `${vaultScope} https://graph.microsoft.com/.default` })),
    ).toEqual({
      status: 400,
      error: "invalid_scope",
      code: 28000,
      text: "The scope names more than one resource; ask for one token a resource.",
    })
  })

  test.for([
    [
      `${vaultScope} https://vault.azure.net/user_impersonation`,
      "/.default goes with no other scope of the resource",
    ],
    ['https://vault.azure.net/".default', "It has characters that no scope has"],
    ["https://vault.azure.net/é/.default", "It has characters that no scope has"],
  ] as const)("refuses the scope %s", async ([scope, detail]) => {
    expect(await readRefusal(await postV2({ scope }))).toEqual({
      status: 400,
      error: "invalid_scope",
      code: 70011,
      text: `The scope is not valid. ${detail}.`,
    })
  })

  test("refuses the parameter of v1", async () => {
    expect(await readRefusal(await postV2({ resource: "https://vault.azure.net" }))).toEqual({
      status: 400,
      error: "invalid_request",
      code: 901002,
      text: "The parameter resource is not supported on this endpoint: use scope, such as https://vault.azure.net/.default.",
    })
  })

  test.for(["api://nothing", "https://vault.azure.net.evil.example", "https://vault.azure.net/x", someGuid])(
    "refuses the resource %s, which the tenant does not have",
    async (resource) => {
      const refusal = {
        error: "invalid_resource",
        code: 500011,
        text: `The resource was not found in the tenant; check the scope or resource, and register the application it means. Tenant "${tenantId}" has no resource "${resource}".`,
        errorUri: `${origin}/error?code=500011`,
      }
      expect(await readRefusal(await postV2({ scope: `${resource}/.default` }))).toEqual({
        status: 400,
        ...refusal,
      })
      expect(await readRefusal(await server.post(`/${tenantId}/oauth2/token`, v1Form({ resource })))).toEqual(
        { status: 400, ...refusal },
      )
    },
  )

  test("refuses v1 without resource", async () => {
    const response = await server.post(`/${tenantId}/oauth2/token`, form())

    expect(await readRefusal(response)).toEqual({ status: 400, ...missing("resource") })
  })

  test("repeats no word by which MSAL would ask a person to sign in", async () => {
    const response = await postV2({ scope: "api://login_required-consent_required-BAD_TOKEN/.default" })

    const { error_description: description } = (await response.json()) as { error_description: string }
    expect(description).toContain('"api://login-required-consent-required-BAD-TOKEN"')
  })

  test("repeats no control character and not much of anything", async () => {
    const response = await postV2({ grant_type: `\u001b[31m${"x".repeat(5000)}` })

    const { error_description: description } = (await response.json()) as { error_description: string }
    expect(description.length).toBeLessThan(600)
    expect(description).toMatch(/^[\x20-\x7e]+$/)
  })
})

describe("POST /{tenant}/oauth2/v2.0/token, client_credentials: 401", () => {
  test("refuses a wrong secret", async () => {
    const wrong = client.clientSecret.replace(/.$/, (last) => (last === "a" ? "b" : "a"))
    const response = await postV2({ client_secret: wrong })

    expect(await readRefusal(response)).toEqual({
      status: 401,
      error: "invalid_client",
      code: 7000215,
      text: `The client secret is wrong. Send the value of the secret, not its id. No secret of application "${client.application.appId}" matches.`,
      errorUri: `${origin}/error?code=7000215`,
    })
    expect(response.headers.has("www-authenticate")).toBe(false)
  })

  test("refuses the secret of another application", async () => {
    const other = await server.seed.application()

    expect(await (await postV2({ client_secret: other.clientSecret })).json()).toMatchObject({
      error_codes: [7000215],
    })
  })

  test("answers HTTP Basic with its challenge", async () => {
    const response = await postText(`grant_type=client_credentials&scope=${vaultScope}`, {
      authorization: `Basic ${btoa(`${client.application.appId}:wrong-secret`)}`,
    })

    expect(response.status).toBe(401)
    expect(response.headers.get("www-authenticate")).toBe('Basic realm="keybearer"')
  })

  test("refuses a request that proves nothing", async () => {
    expect(await readRefusal(await postV2({ client_secret: undefined }))).toEqual({
      status: 401,
      error: "invalid_client",
      code: 7000216,
      text: "The grant needs proof of the application: a client secret or a client assertion.",
    })
  })

  test("refuses a managed identity's client id", async () => {
    const { clientId } = await server.seed.managedIdentity()

    expect(await readRefusal(await postV2({ client_id: clientId }))).toEqual({
      status: 401,
      error: "invalid_client",
      code: 7000232,
      text: `A managed identity cannot prove itself with a credential: ask the managed identity endpoint for its token. "${clientId}" is a managed identity.`,
    })
  })

  test("names the client's own request, from header or query, in the refusal", async () => {
    const wrong = { client_secret: "wrong" }
    const named = await server.post(
      `/${tenantId}/oauth2/v2.0/token?client-request-id=${someGuid}`,
      form(wrong),
    )
    const unnamed = await server.post(`/${tenantId}/oauth2/v2.0/token?client-request-id=evil`, form(wrong))

    expect(await named.json()).toMatchObject({ correlation_id: someGuid })
    expect(await unnamed.json()).toMatchObject({ correlation_id: unnamed.headers.get("x-ms-request-id") })
  })

  test("tells nothing of the secret", async () => {
    const response = await postV2({ client_secret: "a-secret-that-is-wrong-but-near" })

    expect(await response.text()).not.toContain("a-secret-that-is-wrong")
  })
})

describe("POST /{tenant}/oauth2/v2.0/token, as time passes", () => {
  test("refuses a secret whose time has not begun like any other text", async () => {
    const own = await boot()
    const { application, clientSecret } = await own.seed.application()
    own.clock.advance(-1)

    const early = await own.post(`/${tenantId}/oauth2/v2.0/token`, {
      ...form(),
      client_id: application.appId,
      client_secret: clientSecret,
    })

    expect(early.status).toBe(401)
    expect(await early.json()).toMatchObject({ error: "invalid_client", error_codes: [7000215] })
    await own.close()
  })

  test("refuses a secret that has expired, and says so only to whoever knows it", async () => {
    const own = await boot()
    const { application, clientSecret } = await own.seed.application({ secretLifetimeSeconds: 60 })
    const url = `/${tenantId}/oauth2/v2.0/token`
    const request = { ...form(), client_id: application.appId, client_secret: clientSecret }
    own.clock.advance(59)
    expect((await own.post(url, request)).status).toBe(200)
    own.clock.advance(1)

    const expired = await own.post(url, request)
    const wrong = await own.post(url, { ...request, client_secret: "wrong" })

    expect(expired.status).toBe(401)
    expect(await expired.json()).toEqual(
      oauthErrorBody(
        expired,
        {
          error: "invalid_client",
          code: 7000222,
          text: `The client secret has expired: add a new one to the application. The secret of application "${application.appId}" has expired.`,
        },
        { timestamp: "2026-11-21 00:01:00Z" },
      ),
    )
    expect(await wrong.json()).toMatchObject({ error_codes: [7000215] })
    await own.close()
  })
})

describe("other methods on the token endpoint", () => {
  test.for(["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])("refuses %s", async (method) => {
    for (const path of [`/${tenantId}/oauth2/v2.0/token`, `/${tenantId}/oauth2/token`]) {
      const response = await server.request(path, { method })

      expect([response.status, response.headers.get("allow")]).toEqual([400, "POST"])
      if (method === "HEAD") continue
      expect(await response.json()).toEqual(
        oauthErrorBody(response, {
          error: "invalid_request",
          code: 900561,
          text: `The endpoint accepts POST requests only. This was a ${method} request.`,
        }),
      )
    }
  })
})

describe("a failure of our own", () => {
  test("is a fixed sentence with 500, and nothing of its cause", async () => {
    const own = await boot()
    const { application, clientSecret } = await own.seed.application()
    await own.context.store.close()

    const response = await own.post(`/${tenantId}/oauth2/v2.0/token`, {
      grant_type: "client_credentials",
      client_id: application.appId,
      client_secret: clientSecret,
      scope: "api://not-in-memory/.default",
    })

    expect(response.status).toBe(500)
    expect(await response.json()).toEqual(
      oauthErrorBody(response, {
        error: "server_error",
        code: 50000,
        text: "The token service failed; its log has the cause under the trace id.",
      }),
    )
  })
})
