import { createHmac } from "node:crypto"
import { describe, expect, test } from "vitest"
import { bootVault, contentsOf } from "../../../test/boot-vault.ts"
import { apiVersions } from "../../wire/keyvault.ts"
import { routes } from "./routes.ts"

const version = "?api-version=7.4"

function errorBody(code: string, message: string, innerCode?: string) {
  return { error: { code, message, ...(innerCode === undefined ? {} : { innererror: { code: innerCode } }) } }
}

/** A path of the table, with a name and a version in it. */
function fill(path: string): string {
  return path.replace(":name", "thing").replace(":version", "0".repeat(32))
}

/** One body that every operation with a body takes. */
const anyBody = { value: "AAAA" }

describe("a body that may be long", () => {
  // Else whoever has any token at all could fill the memory.
  test("is not read from a caller who may not restore", async () => {
    const { call } = await bootVault({ role: "Key Vault Reader" })

    const response = await call("POST", `/secrets/restore${version}`, { body: "x".repeat(33_554_433) })

    expect(response.status).toBe(403)
  })

  test("is not read for a method that the path does not take", async () => {
    const { call } = await bootVault()

    const response = await call("PUT", `/secrets/restore${version}`, { body: "x".repeat(33_554_433) })

    expect(response.status).toBe(405)
    expect(response.headers.get("allow")).toBe("POST")
  })
})

describe("401", () => {
  const tenant = "3b0cb9a0-1c3d-4c5a-9d0e-0f1a2b3c4d5e"
  const challenge = `Bearer authorization="https://localhost:8443/${tenant}", resource="https://vault.localhost:8443"`

  test("tells a request without token where to get one, in exactly these words", async () => {
    const { call } = await bootVault()

    const response = await call("GET", `/secrets/a${version}`, { token: null })

    expect(response.status).toBe(401)
    expect(response.headers.get("www-authenticate")).toBe(challenge)
    expect(response.headers.get("retry-after")).toBeNull()
    expect(await response.json()).toEqual(
      errorBody("Unauthorized", "AKV10000: Request is missing a Bearer or PoP token."),
    )
  })

  // Clients strip the body of their first request and keep its content type; only a 401 makes them go on.
  test.each([
    ["a body that was stripped", "PUT", `/secrets/a${version}`, { "content-type": "application/json" }],
    ["no api-version", "GET", "/secrets/a", {}],
    ["an unknown api-version", "GET", "/secrets/a?api-version=1", {}],
    ["an unknown path", "GET", "/nothing/here", {}],
    ["a method that no path takes", "OPTIONS", "/secrets", {}],
    ["a path that cannot be decoded", "GET", "/secrets/%ff%zz", {}],
    ["an authorization of another scheme", "GET", `/secrets/a${version}`, { authorization: "Basic YTpi" }],
  ])("comes before everything else: %s", async (_what, method, path, headers) => {
    const { call } = await bootVault()

    const response = await call(method, path, { token: null, headers })

    expect(response.status).toBe(401)
    expect(response.headers.get("www-authenticate")).toBe(challenge)
  })

  test("comes for a vault that does not exist, too", async () => {
    const { booted } = await bootVault()

    const response = await booted.send("GET", `${booted.vaultUrl("nobodys")}/secrets${version}`)

    expect(response.status).toBe(401)
    expect(response.headers.get("www-authenticate")).toBe(challenge)
  })

  test("comes before a body is read, however long it is", async () => {
    const { call } = await bootVault()

    const response = await call("PUT", `/secrets/a${version}`, { token: null, body: "x".repeat(2_000_000) })

    expect(response.status).toBe(401)
  })

  test("answers a token that has expired", async () => {
    const opened = await bootVault()
    opened.booted.clock.advance(2 * 3600)

    const response = await opened.call("GET", `/secrets${version}`)

    expect(response.status).toBe(401)
    expect(response.headers.get("www-authenticate")).toBe(challenge)
    expect(await response.json()).toEqual(errorBody("Unauthorized", "The token has expired"))
  })

  test("answers a token for another resource", async () => {
    const { call, seed, servicePrincipal } = await bootVault()

    const response = await call("GET", `/secrets${version}`, {
      token: await seed.token(servicePrincipal, "graph"),
    })

    expect(response.status).toBe(401)
    expect(await response.json()).toEqual(
      errorBody("Unauthorized", "AKV10022: Invalid audience. The token is for another resource"),
    )
  })

  test("answers a token that somebody forged", async () => {
    const { call, token, servicePrincipal } = await bootVault()
    const [header = "", payload = "", signature = ""] = token.split(".")
    const unsigned = Buffer.from(JSON.stringify({ typ: "JWT", alg: "none" })).toString("base64url")
    const symmetric = Buffer.from(JSON.stringify({ typ: "JWT", alg: "HS256" })).toString("base64url")
    const mac = createHmac("sha256", "guess").update(`${symmetric}.${payload}`).digest("base64url")
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>
    const other = Buffer.from(JSON.stringify({ ...claims, oid: servicePrincipal.id, exp: 9e9 })).toString(
      "base64url",
    )

    const forged = [
      `${unsigned}.${payload}.`,
      `${symmetric}.${payload}.${mac}`,
      `${header}.${other}.${signature}`,
      `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
      "x",
      "a.b.c",
    ]
    for (const bad of forged) {
      const response = await call("GET", `/secrets${version}`, { token: bad })
      expect(response.status).toBe(401)
      expect(response.headers.get("www-authenticate")).toBe(challenge)
    }
  })

  test("answers an application that was disabled after it got its token", async () => {
    const { call, booted, servicePrincipal } = await bootVault()
    await booted.context.store.transaction((tx) =>
      tx.servicePrincipals.update({ ...servicePrincipal, enabled: false }),
    )

    expect((await call("GET", `/secrets${version}`)).status).toBe(401)
  })

  test("sends the caller of another tenant to the tenant of the vault", async () => {
    const { booted, scope } = await bootVault()
    const { store } = booted.context
    const [vault] = await store.vaults.list({})
    if (vault === undefined) throw new Error("There is a vault")
    const foreign = "99999999-0000-4000-8000-000000000009"
    await store.transaction(async (tx) => {
      await tx.tenants.insert({ id: foreign, domain: "other.example", displayName: "Other", createdAt: 0 })
      await tx.vaults.update({ ...vault, tenantId: foreign })
    })
    const { servicePrincipal } = await booted.seed.application()
    await booted.seed.assignRole(servicePrincipal.id, "Key Vault Administrator", scope)
    const token = await booted.seed.token(servicePrincipal, "vault")

    const response = await booted.send("GET", `${booted.vaultUrl("kv1")}/secrets${version}`, { token })

    expect(response.status).toBe(401)
    expect(response.headers.get("www-authenticate")).toBe(challenge.replace(tenant, foreign))
    expect(await response.json()).toEqual(
      errorBody(
        "Unauthorized",
        `AKV10032: Invalid issuer. The token is of tenant ${tenant}, the vault of tenant ${foreign}. Get a token from the tenant of the vault`,
      ),
    )
  })
})

describe("403", () => {
  test.each(routes)(
    "%s %s names the action, the scope and the caller",
    async (method, path, _operation, dataAction) => {
      const opened = await bootVault({ role: null })
      const { answer, scope, servicePrincipal, vault } = opened
      const options = method === "GET" ? {} : { body: anyBody }

      const { status, body } = await answer(method, `${fill(path)}${version}`, options)

      const collection = dataAction.split("/")[0] ?? ""
      const isWhole =
        path === `/${collection}` || path === `/deleted${collection}` || path.endsWith("/restore")
      const resource = isWhole ? scope : `${scope}/${collection}/thing`
      expect(status).toBe(403)
      expect(body).toEqual(
        errorBody(
          "Forbidden",
          [
            "Caller is not authorized to perform action on resource.",
            "If role assignments, deny assignments or role definitions were changed recently, please observe propagation time.",
            `Caller: appid=${servicePrincipal.appId};oid=${servicePrincipal.id};iss=https://sts.windows.net/${servicePrincipal.tenantId}/`,
            `Action: 'Microsoft.KeyVault/vaults/${dataAction}'`,
            `Resource: '${resource.toLowerCase()}'`,
            "Assignment: (not found)",
            "DenyAssignmentId: null",
            "DecisionReason: 'DeniedWithNoValidRBAC'",
            `Vault: ${vault.name};location=${vault.location}`,
          ].join("\r\n"),
          "ForbiddenByRbac",
        ),
      )
    },
  )

  test("meets the owner of the subscription, who manages vaults and reads none", async () => {
    const { answer, booted } = await bootVault()

    const { status } = await answer("GET", `/secrets${version}`, {
      token: await booted.operatorToken("vault"),
    })

    expect(status).toBe(403)
  })
})

describe("api-version", () => {
  test("may be any that there has been", async () => {
    const { answer } = await bootVault()

    const statuses = await Promise.all(
      apiVersions.map(
        async (apiVersion) => (await answer("GET", `/secrets?api-version=${apiVersion}`)).status,
      ),
    )

    expect(statuses).toEqual(apiVersions.map(() => 200))
  })

  test("is found under the name that the JavaScript SDK encodes", async () => {
    const { answer } = await bootVault()

    expect((await answer("GET", "/secrets?api%2Dversion=7.4")).status).toBe(200)
  })

  test.each(["", "?api-version="])("has no default: %j", async (query) => {
    const { answer } = await bootVault()

    expect(await answer("GET", `/secrets${query}`)).toEqual({
      status: 400,
      body: errorBody(
        "BadParameter",
        "The request has no api-version. Add one to the query, such as api-version=2026-04-01",
      ),
    })
  })

  test.each(["7.9", "2016-10-02", "7.4&api-version=7.4"])(
    "%s is refused, with those there are",
    async (given) => {
      const { answer } = await bootVault()

      expect(await answer("GET", `/secrets?api-version=${given}`)).toEqual({
        status: 400,
        body: errorBody(
          "BadParameter",
          `The api-version of the request is not supported. Use one of ${apiVersions.join(", ")}`,
        ),
      })
    },
  )
})

describe("routes", () => {
  test.each(["/", "/nothing", "/keys", "/secrets/a/b/c", "/certificates/a/b/c", "/health/ready"])(
    "there is no operation on %s",
    async (path) => {
      const { answer } = await bootVault()

      expect(await answer("GET", `${path}${version}`)).toEqual({
        status: 404,
        body: errorBody(
          "NotFound",
          `There is no operation GET ${path} here. Look at the path in the reference of the Key Vault REST API`,
        ),
      })
    },
  )

  test.each([
    ["POST", "/secrets/a", "PUT, GET, PATCH, DELETE"],
    ["PUT", "/secrets", "GET"],
    ["PUT", "/secrets/restore", "POST"],
    ["GET", "/secrets/a/backup", "POST"],
    ["DELETE", "/secrets/a/versions", "GET"],
    ["PUT", "/certificates/c", "GET, PATCH, DELETE"],
    ["OPTIONS", "/deletedcertificates/c/recover", "POST"],
  ])("%s is not allowed on %s", async (method, path, allow) => {
    const { call } = await bootVault()

    const response = await call(method, `${path}${version}`)

    expect(response.status).toBe(405)
    expect(response.headers.get("allow")).toBe(allow)
    expect(await response.json()).toEqual(
      errorBody("MethodNotAllowed", `${method} is not allowed on ${path}. Use ${allow}`),
    )
  })

  test("HEAD is not allowed, so that no value is read without anybody seeing it", async () => {
    const { call } = await bootVault()
    await call("PUT", `/secrets/a${version}`, { body: { value: "v" } })

    expect((await call("HEAD", `/secrets/a${version}`)).status).toBe(405)
  })

  test.each(["//secrets/a", "/secrets/a/", "/SECRETS/A", "/secrets/%61"])(
    "%s means the secret a",
    async (path) => {
      const { answer } = await bootVault()
      await answer("PUT", `/secrets/a${version}`, { body: { value: "v" } })

      expect(await answer("GET", `${path}${version}`)).toMatchObject({ status: 200, body: { value: "v" } })
    },
  )

  test("POST stands for PATCH and DELETE when a header says so", async () => {
    const { answer } = await bootVault()
    await answer("PUT", `/secrets/a${version}`, { body: { value: "v" } })

    const patched = await answer("POST", `/secrets/a${version}`, {
      headers: { "x-http-method": "PATCH" },
      body: { contentType: "text/plain" },
    })
    const deleted = await answer("POST", `/secrets/a${version}`, { headers: { "x-http-method": "delete" } })

    expect(patched).toMatchObject({ status: 200, body: { contentType: "text/plain" } })
    expect(deleted).toMatchObject({ status: 200, body: { deletedDate: expect.any(Number) } })
  })

  test("POST stands for nothing else", async () => {
    const { answer } = await bootVault()

    const headers = { "x-http-method": "PUT" }
    expect((await answer("POST", `/secrets/a${version}`, { headers, body: { value: "v" } })).status).toBe(405)
  })

  // A reader must not become a deleter by a header.
  test("GET stands for itself, whatever a header says", async () => {
    const { answer } = await bootVault()
    await answer("PUT", `/secrets/a${version}`, { body: { value: "v" } })

    const got = await answer("GET", `/secrets/a${version}`, { headers: { "x-http-method": "DELETE" } })

    expect(got).toMatchObject({ status: 200, body: { value: "v" } })
    expect((await answer("GET", `/secrets/a${version}`)).status).toBe(200)
  })

  test("a vault that does not exist is told to those who have a token", async () => {
    const { booted, token } = await bootVault()

    const response = await booted.send("GET", `${booted.vaultUrl("nobodys")}/secrets${version}`, { token })

    expect(response.status).toBe(404)
    expect(await response.json()).toEqual(
      errorBody(
        "VaultNotFound",
        'There is no vault "nobodys" here. Look at the vault\'s name in the address, or create the vault first',
      ),
    )
  })

  test("the name of a vault is found whatever its letter case, and ids spell it lower case", async () => {
    const { booted, token } = await bootVault({ vault: { name: "MyVault" } })

    const response = await booted.send("PUT", `https://MYVAULT.vault.localhost:8443/secrets/a${version}`, {
      token,
      body: { value: "v" },
    })

    expect(((await response.json()) as { id: string }).id).toMatch(
      /^https:\/\/myvault\.vault\.localhost:8443\/secrets\/a\//,
    )
  })
})

describe("headers", () => {
  test("are those of the service", async () => {
    const { call } = await bootVault()
    const clientId = "dcc9c9c0-b42b-4de3-8687-d404a69e20d0"

    const { headers } = await call("GET", `/secrets${version}`, {
      headers: { "x-ms-client-request-id": clientId },
    })

    const {
      date: _date,
      connection: _connection,
      "content-length": _length,
      ...rest
    } = Object.fromEntries(headers)
    expect(rest).toEqual({
      "cache-control": "no-cache",
      "content-type": "application/json; charset=utf-8",
      expires: "-1",
      pragma: "no-cache",
      "strict-transport-security": "max-age=31536000;includeSubDomains",
      "x-content-type-options": "nosniff",
      "x-ms-client-request-id": clientId,
      "x-ms-keyvault-network-info": "conn_type=Ipv4;addr=127.0.0.1;act_addr_fam=InterNetwork;",
      "x-ms-keyvault-region": "local",
      "x-ms-keyvault-service-version": "1.9.0.0",
      "x-ms-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
  })

  test("echo no client id when none was sent", async () => {
    const { call } = await bootVault()

    expect((await call("GET", `/secrets${version}`)).headers.has("x-ms-client-request-id")).toBe(false)
  })
})

describe("500", () => {
  // Nothing of the inside may show; the log has it, under the id of the request.
  test("says where to look and nothing else", async () => {
    const opened = await bootVault()
    const { call, booted } = opened
    await call("PUT", `/secrets/a${version}`, { body: { value: "v" } })
    await booted.context.store.transaction(async (tx) => {
      for (const record of await tx.vaultObjectVersions.list({})) {
        await tx.vaultObjectVersions.update({
          ...record,
          sealedValue: Uint8Array.from(record.sealedValue ?? []).reverse(),
        })
      }
    })
    const before = await contentsOf(opened)

    const response = await call("GET", `/secrets/a${version}`)

    expect(response.status).toBe(500)
    const id = response.headers.get("x-ms-request-id")
    expect(await response.json()).toEqual(
      errorBody(
        "InternalServerError",
        `The request could not be answered. The log of the server says why, under request id ${id}`,
      ),
    )
    expect(await contentsOf(opened)).toEqual(before)
  })
})
