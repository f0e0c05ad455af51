import { createHash } from "node:crypto"
import { decodeJwt } from "jose"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { boot, type Boot } from "../../../test/boot.ts"
import { testNow } from "../../../test/context.ts"
import { identityHeaderOf } from "../../domain/client-authentication/index.ts"
import { managedIdentityResourceId } from "../../domain/managed-identities/index.ts"
import { verifyAccessToken } from "../../domain/tokens/index.ts"
import type { ManagedIdentityRecord } from "../../storage/records.ts"

let server: Boot
let first: ManagedIdentityRecord
let second: ManagedIdentityRecord
let secret: string
beforeAll(async () => {
  server = await boot()
  first = await server.seed.managedIdentity("first")
  second = await server.seed.managedIdentity("second")
  secret = identityHeaderOf(server.context)
})
afterAll(() => server.close())

const someGuid = "00000000-0000-4000-8000-000000000009"
const vault = "https://vault.azure.net"
const origin = "http://127.0.0.1:5000"

interface TokenBody {
  access_token: string
}

/** Asks the instance metadata service, with its header and newest habits unless told otherwise. */
function askMetadata(
  query: Record<string, string> = {},
  {
    path = "/metadata/identity/oauth2/token",
    headers = { metadata: "true" },
    method = "GET",
    at = server,
  }: {
    path?: string
    headers?: Record<string, string>
    method?: string
    at?: Boot
  } = {},
): Promise<Response> {
  const search = new URLSearchParams({ "api-version": "2018-02-01", resource: vault, ...query })
  return at.request(`${origin}${path}?${search.toString()}`, { method, headers })
}

function askAppService(
  query: Record<string, string> = {},
  headers: Record<string, string> = { "x-identity-header": secret },
): Promise<Response> {
  const search = new URLSearchParams({ "api-version": "2019-08-01", resource: vault, ...query })
  return server.request(`${origin}/msi/token?${search.toString()}`, { headers })
}

async function claimsOf(response: Response) {
  return decodeJwt(((await response.json()) as TokenBody).access_token)
}

describe("GET /metadata/identity/oauth2/token: 200", () => {
  test("answers a day's token, every value as text", async () => {
    const response = await askMetadata({ client_id: first.clientId })

    const body = (await response.json()) as TokenBody
    expect(response.status).toBe(200)
    expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8")
    expect(response.headers.get("cache-control")).toBe("no-store")
    expect(body).toEqual({
      access_token: expect.any(String),
      client_id: first.clientId,
      expires_in: "86400",
      expires_on: String(testNow + 86_400),
      ext_expires_in: "86400",
      not_before: String(testNow - 300),
      resource: vault,
      token_type: "Bearer",
    })
  })

  test("says in the token which identity it is", async () => {
    const claims = await claimsOf(await askMetadata({ client_id: first.clientId }))

    const issuer = `https://localhost:8443/${server.tenantId}/`
    expect(claims).toEqual({
      aud: vault,
      iss: issuer,
      iat: testNow - 300,
      nbf: testNow - 300,
      exp: testNow + 86_400,
      aio: expect.any(String),
      appid: first.clientId,
      appidacr: "2",
      idp: issuer,
      idtyp: "app",
      oid: first.servicePrincipalId,
      rh: expect.any(String),
      sub: first.servicePrincipalId,
      tid: server.tenantId,
      uti: expect.any(String),
      ver: "1.0",
      xms_mirid: managedIdentityResourceId(first),
    })
  })

  test("opens the vault's door", async () => {
    const { access_token: token } = (await (
      await askMetadata({ client_id: first.clientId })
    ).json()) as TokenBody

    const verified = await verifyAccessToken(server.context, token, { resource: "vault" })

    expect(verified.principalId).toBe(first.servicePrincipalId)
  })

  test.for(["client_id", "object_id", "principal_id", "msi_res_id", "mi_res_id"])(
    "selects by %s",
    async (name) => {
      const byName: Record<string, string> = {
        client_id: second.clientId,
        object_id: second.servicePrincipalId,
        principal_id: second.servicePrincipalId,
        msi_res_id: managedIdentityResourceId(second),
        mi_res_id: managedIdentityResourceId(second).toUpperCase(),
      }

      const claims = await claimsOf(await askMetadata({ [name]: byName[name] ?? "" }))

      expect(claims["oid"]).toBe(second.servicePrincipalId)
    },
  )

  test.for([
    "/metadata/identity/oauth2/token/",
    "//metadata/identity/oauth2/token",
    "/Metadata/Identity/OAuth2/Token",
  ])("answers at %s", async (path) => {
    expect((await askMetadata({ client_id: first.clientId }, { path })).status).toBe(200)
  })

  test.for(["2018-02-01", "2019-08-01", "2025-04-07", "2030-01-01-preview"])(
    "takes api-version %s",
    async (version) => {
      expect((await askMetadata({ client_id: first.clientId, "api-version": version })).status).toBe(200)
    },
  )

  test.for(["localhost:5000", "LOCALHOST", "[::1]:5000", "169.254.169.254"])(
    "is asked as %s",
    async (host) => {
      const headers = { metadata: "True", host }

      expect((await askMetadata({ client_id: first.clientId }, { headers })).status).toBe(200)
    },
  )

  test("needs no selector where there is one identity", async () => {
    const own = await boot()
    const only = await own.seed.managedIdentity()

    const claims = await claimsOf(await askMetadata({}, { at: own }))

    expect(claims["oid"]).toBe(only.servicePrincipalId)
    await own.close()
  })

  test("gives the same token for half of its life, and a new one when asked", async () => {
    const own = await boot()
    await own.seed.managedIdentity()
    const ask = async (query: Record<string, string> = {}) =>
      (await (await askMetadata(query, { at: own })).json()) as TokenBody & { expires_in: string }
    const token = await ask()
    own.clock.advance(43_199)
    const later = await ask()

    expect([later.access_token, later.expires_in]).toEqual([token.access_token, "43201"])

    const digest = createHash("sha256").update(token.access_token).digest("hex")
    expect((await ask({ token_sha256_to_refresh: digest })).access_token).not.toBe(token.access_token)
    await own.close()
  })

  test("gives a new token once half of its life is over", async () => {
    const own = await boot()
    await own.seed.managedIdentity()
    const ask = async () => ((await (await askMetadata({}, { at: own })).json()) as TokenBody).access_token
    const token = await ask()
    own.clock.advance(43_200)

    expect(await ask()).not.toBe(token)
    await own.close()
  })
})

describe("GET /metadata/identity/oauth2/token: 400 and 405", () => {
  const refused = (description: string) => ({ error: "invalid_request", error_description: description })

  test.for([
    ["a probe without header", { headers: {} }],
    ["another value of the header", { headers: { metadata: "false" } }],
  ] as const)("answers %s at once", async ([, options]) => {
    const response = await askMetadata({ client_id: first.clientId }, options)

    expect(response.status).toBe(400)
    expect(await response.json()).toEqual(
      refused("Required metadata header not specified: send Metadata: true"),
    )
  })

  test("refuses what was forwarded", async () => {
    const headers = { metadata: "true", "x-forwarded-for": "127.0.0.1" }
    const response = await askMetadata({ client_id: first.clientId }, { headers })

    expect(response.status).toBe(400)
    expect(await response.json()).toEqual(refused("Forwarded requests (X-Forwarded-For) are refused"))
  })

  // A page whose name was made to point at this machine sends that name.
  test.for(["evil.example", "evil.example:5000", "127.0.0.1.evil.example", "localhost.evil.example"])(
    "refuses to be called %s",
    async (host) => {
      const response = await askMetadata(
        { client_id: first.clientId },
        { headers: { metadata: "true", host } },
      )

      expect(response.status).toBe(400)
      expect(await response.json()).toEqual(
        refused("The Host header does not name this machine's loopback address"),
      )
    },
  )

  const newest = ["2023-07-01", "2021-12-13", "2021-11-15"]
  test.for([
    ["", "api-version was not specified in the request"],
    ["2017-09-01", "api-version is not supported"],
    ["newest", "api-version is not supported"],
  ] as const)("tells the newest versions for api-version %j", async ([version, problem]) => {
    const response = await askMetadata({ client_id: first.clientId, "api-version": version })

    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ error: `Bad request. ${problem}.`, "newest-versions": newest })
  })

  test("wants a resource", async () => {
    const response = await askMetadata({ resource: "" })

    expect(response.status).toBe(400)
    expect(await response.json()).toEqual(refused('The query lacks the parameter "resource"'))
  })

  test("refuses a resource that the tenant does not have", async () => {
    const response = await askMetadata({ client_id: first.clientId, resource: "https://nothing.example" })

    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({
      error: "invalid_resource",
      error_description: "AADSTS500011: The resource was not found in the tenant",
    })
  })

  test.for([
    { client_id: someGuid },
    { object_id: someGuid },
    { msi_res_id: "/subscriptions/x" },
    { client_id: "' OR 1=1" },
  ])("refuses an identity that is not there: %j", async (query) => {
    const response = await askMetadata(query)

    expect(response.status).toBe(400)
    expect(await response.json()).toEqual(refused("Identity not found"))
    expect(response.headers.has("retry-after")).toBe(false)
  })

  test("refuses an application's client id", async () => {
    const { application } = await server.seed.application()

    expect((await askMetadata({ client_id: application.appId })).status).toBe(400)
  })

  test("refuses an identity that is disabled", async () => {
    const disabled = await server.seed.managedIdentity("disabled")
    expect((await askMetadata({ client_id: disabled.clientId })).status).toBe(200)
    await server.context.store.transaction(async (tx) => {
      const principal = await tx.servicePrincipals.find({ id: disabled.servicePrincipalId })
      if (principal !== undefined) await tx.servicePrincipals.update({ ...principal, enabled: false })
    })

    expect(await (await askMetadata({ client_id: disabled.clientId })).json()).toEqual(
      refused("Identity not found"),
    )
  })

  test("asks which one where there are several", async () => {
    const response = await askMetadata()

    expect(response.status).toBe(400)
    expect(await response.json()).toEqual(
      refused("There are several managed identities: name one by client_id, object_id or msi_res_id"),
    )
  })

  test("refuses two selectors, and one twice", async () => {
    const two = await askMetadata({ client_id: first.clientId, object_id: first.servicePrincipalId })
    const twice = await server.request(
      `${origin}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${vault}&client_id=a&client_id=b`,
      { headers: { metadata: "true" } },
    )

    expect(await two.json()).toEqual(refused("Name the identity once: by client_id, object_id or msi_res_id"))
    expect(await twice.json()).toEqual(refused('The parameter "client_id" is there twice'))
    expect([two.status, twice.status]).toEqual([400, 400])
  })

  test.for(["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])("refuses %s", async (method) => {
    const response = await askMetadata({ client_id: first.clientId }, { method })

    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET"])
    if (method !== "HEAD")
      expect(await response.json()).toEqual(refused("The endpoint answers GET requests only"))
  })

  test("is not there on the public listener", async () => {
    const url = `/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${vault}&client_id=${first.clientId}`

    expect((await server.request(url, { headers: { metadata: "true" } })).status).toBe(404)
    expect((await server.request("/msi/token", { headers: { "x-identity-header": secret } })).status).toBe(
      404,
    )
  })
})

describe("GET /msi/token", () => {
  const refused = (statusCode: number, message: string) => ({
    statusCode,
    message,
    correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  })

  test.for([
    ["2019-08-01", "x-identity-header", "client_id"],
    ["2017-09-01", "secret", "clientid"],
  ] as const)("answers api-version %s, with the header %s", async ([version, header, selector]) => {
    const response = await askAppService(
      { "api-version": version, [selector]: first.clientId },
      { [header]: secret },
    )

    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      access_token: expect.any(String),
      client_id: first.clientId,
      expires_on: String(testNow + 86_400),
      not_before: String(testNow - 300),
      resource: vault,
      token_type: "Bearer",
    })
  })

  test("gives a secret that stays the installation's, and is not another's", async () => {
    const other = await boot()

    expect(secret).toMatch(/^[\w-]{43}$/)
    expect(identityHeaderOf(server.context)).toBe(secret)
    expect(identityHeaderOf(other.context)).not.toBe(secret)
    await other.close()
  })

  test.for([
    ["no header", () => ({})],
    ["a wrong header", () => ({ "x-identity-header": "wrong" })],
    ["one character less", () => ({ "x-identity-header": secret.slice(1) })],
    ["the older version's header", () => ({ secret })],
    ["the metadata header", () => ({ metadata: "true" })],
  ] as const)("refuses %s", async ([, headers]) => {
    const response = await askAppService({ client_id: first.clientId }, headers())

    expect(response.status).toBe(401)
    expect(await response.json()).toEqual(
      refused(401, "The header x-identity-header lacks the value of IDENTITY_HEADER"),
    )
  })

  test("calls the refusal what the client called its request", async () => {
    const response = await askAppService(
      {},
      { "x-identity-header": "wrong", "x-ms-client-request-id": someGuid },
    )

    expect(await response.json()).toMatchObject({ correlationId: someGuid })
  })

  test.for([
    [{ "api-version": "" }, "The api-version is 2019-08-01, or 2017-09-01 with the older header"],
    [{ "api-version": "2018-02-01" }, "The api-version is 2019-08-01, or 2017-09-01 with the older header"],
    [{ resource: "" }, 'The query lacks the parameter "resource"'],
    [{ client_id: someGuid }, "Identity not found"],
    [
      { mi_res_id: "x", client_id: someGuid },
      "Name the identity once: by client_id, object_id or msi_res_id",
    ],
    [{}, "There are several managed identities: name one by client_id, object_id or msi_res_id"],
  ] as const)("refuses %j", async ([query, message]) => {
    const response = await askAppService(query)

    expect(response.status).toBe(400)
    expect(await response.json()).toEqual(refused(400, message))
  })

  test("refuses what was forwarded, and other names of this machine", async () => {
    const forwarded = await askAppService({}, { "x-identity-header": secret, "x-forwarded-for": "10.0.0.1" })
    const rebound = await askAppService({}, { "x-identity-header": secret, host: "evil.example" })

    expect([forwarded.status, rebound.status]).toEqual([400, 400])
  })
})
