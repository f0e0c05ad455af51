import { beforeEach, describe, test } from "vitest"
import { type Boot, boot } from "../../../test/boot.ts"

const version = "?api-version=2022-12-01"

let server: Boot
let token: string

beforeEach(async () => {
  server = await boot()
  token = await server.operatorToken()
})

async function answerOf(response: Response): Promise<[number, unknown]> {
  return [response.status, await response.json()]
}

function subscriptionBody() {
  return {
    id: `/subscriptions/${server.subscriptionId}`,
    authorizationSource: "RoleBased",
    managedByTenants: [],
    subscriptionId: server.subscriptionId,
    tenantId: server.tenantId,
    displayName: "keybearer",
    state: "Enabled",
    subscriptionPolicies: {
      locationPlacementId: "Public_2014-09-01",
      quotaId: "PayAsYouGo_2014-09-01",
      spendingLimit: "Off",
    },
  }
}

describe("tenants and subscriptions", () => {
  test("200: what az login asks for", async ({ expect }) => {
    expect(await answerOf(await server.send("GET", `/tenants${version}`, { token }))).toEqual([
      200,
      {
        value: [
          {
            id: `/tenants/${server.tenantId}`,
            tenantId: server.tenantId,
            countryCode: "",
            displayName: server.tenantDomain,
            domains: [server.tenantDomain],
            tenantCategory: "Home",
            defaultDomain: server.tenantDomain,
            tenantType: "AAD",
          },
        ],
      },
    ])
    expect(await answerOf(await server.send("GET", `/subscriptions${version}`, { token }))).toEqual([
      200,
      { value: [subscriptionBody()], count: { type: "Total", value: 1 } },
    ])
  })

  test("200: one subscription and its location", async ({ expect }) => {
    const path = `/subscriptions/${server.subscriptionId.toUpperCase()}`

    expect(await answerOf(await server.send("GET", path + version, { token }))).toEqual([
      200,
      subscriptionBody(),
    ])
    expect(await answerOf(await server.send("GET", `${path}/locations${version}`, { token }))).toEqual([
      200,
      {
        value: [
          {
            id: `/subscriptions/${server.subscriptionId}/locations/local`,
            name: "local",
            type: "Region",
            displayName: "local",
            regionalDisplayName: "local",
            metadata: { regionType: "Physical", regionCategory: "Recommended" },
          },
        ],
      },
    ])
  })

  test("200 and 403: without any role there is no subscription to see", async ({ expect }) => {
    const { application } = await server.seed.application()
    const stranger = await server.token(application.appId, "resourceManager")

    expect(await answerOf(await server.send("GET", `/subscriptions${version}`, { token: stranger }))).toEqual(
      [200, { value: [], count: { type: "Total", value: 0 } }],
    )
    const one = await server.send("GET", `/subscriptions/${server.subscriptionId}${version}`, {
      token: stranger,
    })
    expect(one.status).toBe(403)
  })
})

describe("every request", () => {
  test("401: begins with a token, and is told where to get one, whatever else is wrong", async ({
    expect,
  }) => {
    const authority = `https://localhost:8443/${server.tenantId}`

    for (const path of ["/subscriptions", `/subscriptions/${server.subscriptionId}/nonsense`, "/tenants"]) {
      const response = await server.send("PUT", path, { body: "{" })

      expect(response.headers.get("www-authenticate")).toBe(
        `Bearer authorization_uri="${authority}", error="invalid_token", error_description="Authentication failed. The 'Authorization' header is missing."`,
      )
      expect(await answerOf(response)).toEqual([
        401,
        {
          error: {
            code: "AuthenticationFailed",
            message: "Authentication failed. The 'Authorization' header is missing.",
          },
        },
      ])
    }
  })

  test("401: refuses a token of the vault, one that is none, and one that has expired", async ({
    expect,
  }) => {
    const send = (given: string) => server.send("GET", `/subscriptions${version}`, { token: given })
    const code = async (response: Response) => [
      response.status,
      ((await response.json()) as { error: { code: string } }).error.code,
    ]

    expect(await code(await send(await server.operatorToken("vault")))).toEqual([
      401,
      "InvalidAuthenticationToken",
    ])
    expect(await code(await send("a.b.c"))).toEqual([401, "InvalidAuthenticationToken"])
    server.clock.advance(86_400)
    expect(await code(await send(token))).toEqual([401, "ExpiredAuthenticationToken"])
  })

  test("400: has an api-version, any", async ({ expect }) => {
    for (const query of ["", "?api-version=", "?$top=1"]) {
      expect(await answerOf(await server.send("GET", `/subscriptions${query}`, { token }))).toEqual([
        400,
        {
          error: {
            code: "MissingApiVersionParameter",
            message: "The api-version query parameter (?api-version=) is required for all requests.",
          },
        },
      ])
    }
    for (const query of ["?API-Version=1999-01-01", "?api%2Dversion=2099-01-01-preview"]) {
      expect((await server.send("GET", `/subscriptions${query}`, { token })).status).toBe(200)
    }
  })

  // Who may do nothing at all leaves a denial in the audit log; it must not be as long as one likes.
  test("400: refuses a path that no resource can have", async ({ expect }) => {
    const stranger = await server.seed.application()
    const path = `/subscriptions/${server.subscriptionId}/resourceGroups/${"a".repeat(4100)}`
    const before = await server.context.store.auditEvents.list({})

    const refused = await server.send("GET", path + version, {
      token: await server.seed.token(stranger.servicePrincipal, "resourceManager"),
    })

    expect(await answerOf(refused)).toEqual([
      400,
      { error: { code: "InvalidRequestContent", message: "The path is longer than 4096 characters." } },
    ])
    expect(await server.context.store.auditEvents.list({})).toHaveLength(before.length)
  })

  test("404: names an operation that there is", async ({ expect }) => {
    const path = `/subscriptions/${server.subscriptionId}/providers/Microsoft.Compute/virtualMachines`

    expect(await answerOf(await server.send("GET", path + version, { token }))).toEqual([
      404,
      {
        error: {
          code: "NoRegisteredProviderFound",
          message: `There is no resource type or operation at '${path}' here.`,
        },
      },
    ])
  })

  test("is answered with the ids that support asks for", async ({ expect }) => {
    const correlationId = "392d539e-e547-41f1-a8c1-02fc00000001"

    const { headers } = await server.send("GET", `/subscriptions${version}`, {
      token,
      headers: { "x-ms-client-request-id": correlationId, "x-ms-return-client-request-id": "true" },
    })

    expect(headers.get("x-ms-request-id")).toMatch(/^[0-9a-f-]{36}$/)
    expect(headers.get("x-ms-correlation-request-id")).toBe(correlationId)
    expect(headers.get("x-ms-client-request-id")).toBe(correlationId)
    expect(headers.get("cache-control")).toBe("no-cache")
  })
})

describe("GET /metadata/endpoints", () => {
  const audiences = ["https://management.core.windows.net/", "https://management.azure.com/"]
  const origin = "https://localhost:8443"
  const cloud = (loginEndpoint: string) => ({
    name: "keybearer",
    portal: origin,
    authentication: { loginEndpoint, audiences, tenant: "common", identityProvider: "AAD" },
    graphAudience: origin,
    graph: origin,
    microsoftGraphResourceId: origin,
    resourceManager: origin,
    gallery: origin,
    suffixes: { keyVaultDns: "vault.localhost:8443" },
  })

  test("200: one shape for each generation of clients, without a token", async ({ expect }) => {
    const get = (apiVersion: string) => server.send("GET", `/metadata/endpoints?api-version=${apiVersion}`)

    expect(await answerOf(await get("2015-01-01"))).toEqual([
      200,
      {
        galleryEndpoint: origin,
        graphEndpoint: origin,
        portalEndpoint: origin,
        authentication: { loginEndpoint: `${origin}/adfs`, audiences },
      },
    ])
    expect(await answerOf(await get("2019-05-01"))).toEqual([200, [cloud(`${origin}/adfs`)]])
    expect(await answerOf(await get("2022-09-01"))).toEqual([200, cloud(origin)])
  })

  test("200: as az writes it, with two slashes", async ({ expect }) => {
    const response = await server.send("GET", `${origin}//metadata/endpoints?api-version=2022-09-01`)

    expect(await answerOf(response)).toEqual([200, cloud(origin)])
  })

  test("400: without an api-version", async ({ expect }) => {
    expect((await server.send("GET", "/metadata/endpoints")).status).toBe(400)
  })
})
