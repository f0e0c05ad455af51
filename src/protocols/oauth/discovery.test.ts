import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose"
import { X509Certificate } from "node:crypto"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { boot, type Boot } from "../../../test/boot.ts"
import { oauthErrorBody } from "../../../test/oauth.ts"
import type { JsonWebKeyBody } from "../../wire/oauth.ts"

let server: Boot
beforeAll(async () => {
  server = await boot()
})
afterAll(() => server.close())

const tenantId = "3b0cb9a0-1c3d-4c5a-9d0e-0f1a2b3c4d5e"
const unknownTenantId = "00000000-0000-4000-8000-000000000009"
const origin = "https://localhost:8443"

/** Members that every document of this installation has. */
const shared = {
  token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
  response_modes_supported: ["query", "fragment", "form_post"],
  subject_types_supported: ["pairwise"],
  id_token_signing_alg_values_supported: ["RS256"],
  response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
  scopes_supported: ["openid", "profile", "email", "offline_access"],
  request_uri_parameter_supported: false,
  http_logout_supported: true,
  frontchannel_logout_supported: true,
  claims_supported: [
    "sub",
    "iss",
    "cloud_instance_name",
    "cloud_instance_host_name",
    "cloud_graph_host_name",
    "msgraph_host",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "acr",
    "nonce",
    "preferred_username",
    "name",
    "tid",
    "ver",
    "at_hash",
    "c_hash",
    "email",
  ],
  userinfo_endpoint: `${origin}/oidc/userinfo`,
  cloud_instance_name: "localhost:8443",
  cloud_graph_host_name: "localhost:8443",
  msgraph_host: "localhost:8443",
  rbac_url: origin,
}

function v2Document(segment: string, issuer: string) {
  return {
    ...shared,
    issuer,
    token_endpoint: `${origin}/${segment}/oauth2/v2.0/token`,
    authorization_endpoint: `${origin}/${segment}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${origin}/${segment}/oauth2/v2.0/devicecode`,
    end_session_endpoint: `${origin}/${segment}/oauth2/v2.0/logout`,
    jwks_uri: `${origin}/${segment}/discovery/v2.0/keys`,
    kerberos_endpoint: `${origin}/${segment}/kerberos`,
    tenant_region_scope: "WW",
  }
}

describe("GET /{tenant}/v2.0/.well-known/openid-configuration", () => {
  test.for([tenantId, "contoso.example"])(
    "keeps the tenant's spelling %s in the endpoints",
    async (segment) => {
      const response = await server.request(`/${segment}/v2.0/.well-known/openid-configuration`)

      expect(response.status).toBe(200)
      expect(await response.json()).toEqual(v2Document(segment, `${origin}/${tenantId}/v2.0`))
      expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8")
      expect(response.headers.get("cache-control")).toBe("max-age=86400, private")
      expect(response.headers.get("access-control-allow-origin")).toBe("*")
      expect(response.headers.has("pragma")).toBe(false)
    },
  )

  test("ignores the letter case of domain and path", async () => {
    const response = await server.request("/CONTOSO.example/V2.0/.Well-Known/OpenID-Configuration")

    expect(await response.json()).toEqual(v2Document("contoso.example", `${origin}/${tenantId}/v2.0`))
  })

  test.for(["common", "organizations"])("has a placeholder for the issuer's tenant at %s", async (alias) => {
    const response = await server.request(`/${alias}/v2.0/.well-known/openid-configuration`)

    expect(await response.json()).toEqual({
      ...v2Document(alias, `${origin}/{tenantid}/v2.0`),
      tenant_region_scope: null,
    })
  })

  test("names the tenant of personal accounts as issuer at consumers", async () => {
    const response = await server.request("/consumers/v2.0/.well-known/openid-configuration")

    expect(await response.json()).toMatchObject({
      issuer: `${origin}/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0`,
    })
  })

  test("never takes a host of the request for its own", async () => {
    const response = await server.request(`/${tenantId}/v2.0/.well-known/openid-configuration`, {
      headers: {
        host: "evil.example",
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "http",
        forwarded: "host=evil.example",
      },
    })

    expect(await response.text()).not.toContain("evil")
  })

  test("refuses a tenant that does not exist", async () => {
    const response = await server.request(`/${unknownTenantId}/v2.0/.well-known/openid-configuration`)

    expect(response.status).toBe(400)
    expect(await response.json()).toEqual(
      oauthErrorBody(response, {
        error: "invalid_tenant",
        code: 90002,
        text: `The tenant was not found; check its id or domain. There is no tenant "${unknownTenantId}".`,
        errorUri: `${origin}/error?code=90002`,
      }),
    )
    expect(response.headers.get("cache-control")).toBe("no-store, no-cache")
    expect(response.headers.has("retry-after")).toBe(false)
  })

  test.for(["contoso", "a_b.example", "contoso.example%0d%0aSet-Cookie:a", "%7Btenantid%7D"])(
    "refuses %s, which is neither a GUID nor a domain",
    async (segment) => {
      const response = await server.request(`/${segment}/v2.0/.well-known/openid-configuration`)

      expect(response.status).toBe(400)
      expect(await response.json()).toEqual(
        oauthErrorBody(response, {
          error: "invalid_request",
          code: 900023,
          text: "The tenant in the path is neither a GUID nor a domain name.",
        }),
      )
    },
  )
})

describe("GET /{tenant}/.well-known/openid-configuration", () => {
  test("describes the v1 endpoints, with the v1 issuer on our own host", async () => {
    const response = await server.request(`/${tenantId}/.well-known/openid-configuration`)

    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      ...shared,
      issuer: `${origin}/${tenantId}/`,
      token_endpoint: `${origin}/${tenantId}/oauth2/token`,
      authorization_endpoint: `${origin}/${tenantId}/oauth2/authorize`,
      device_authorization_endpoint: `${origin}/${tenantId}/oauth2/devicecode`,
      end_session_endpoint: `${origin}/${tenantId}/oauth2/logout`,
      jwks_uri: `${origin}/common/discovery/keys`,
      kerberos_endpoint: `${origin}/${tenantId}/kerberos`,
      tenant_region_scope: "WW",
      microsoft_multi_refresh_token: true,
    })
  })
})

describe("GET /adfs/.well-known/openid-configuration", () => {
  test.for(["/adfs", "/adfs/contoso.example", "/ADFS", `/adfs/${tenantId}`])(
    "leads az from %s to the tenant's own endpoints",
    async (path) => {
      const response = await server.request(`${path}/.well-known/openid-configuration`)

      expect(response.status).toBe(200)
      expect(await response.json()).toEqual(v2Document(tenantId, `${origin}/${tenantId}/v2.0`))
    },
  )

  test.for(["/adfs/fabrikam.example", "/adfs/common"])("refuses %s", async (path) => {
    const response = await server.request(`${path}/.well-known/openid-configuration`)

    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: "invalid_tenant", error_codes: [90002] })
  })
})

describe("GET /{any}/discovery/instance", () => {
  const endpoint = (address: string) => encodeURIComponent(address)

  test.for([
    ["1.0", `${origin}/common/oauth2/v2.0/authorize`, "common"],
    ["1.1", `${origin}/${tenantId}/oauth2/v2.0/authorize`, tenantId],
    ["1.1", `https://localhost/contoso.example/oauth2/v2.0/authorize`, "contoso.example"],
  ] as const)(
    "vouches for itself in version %s to a client that asks about %s",
    async ([version, asked, segment]) => {
      const response = await server.request(
        `/common/discovery/instance?api-version=${version}&authorization_endpoint=${endpoint(asked)}`,
      )

      expect(response.status).toBe(200)
      expect(await response.json()).toEqual({
        tenant_discovery_endpoint: `${origin}/${segment}/v2.0/.well-known/openid-configuration`,
        "api-version": version,
        metadata: [
          {
            preferred_network: "localhost",
            preferred_cache: "localhost",
            aliases: ["localhost", "localhost:8443"],
          },
        ],
      })
    },
  )

  test.for([
    "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
    "https://localhost:9999/common/oauth2/v2.0/authorize",
    "http://localhost:8443/common/oauth2/v2.0/authorize",
    "https://localhost:8443@evil.example/common/oauth2/v2.0/authorize",
    "https://localhost:8443/",
    "common",
  ])("vouches for nobody else: %s", async (asked) => {
    const response = await server.request(
      `/common/discovery/instance?api-version=1.1&authorization_endpoint=${endpoint(asked)}`,
    )

    expect(response.status).toBe(400)
    expect(await response.json()).toEqual(
      oauthErrorBody(response, {
        error: "invalid_instance",
        code: 50049,
        text: "The authorization endpoint is not one of this authority.",
      }),
    )
  })

  test.for([
    ["", 90014, 'A required field is missing. The missing field is "api-version".'],
    [
      "?api-version=1.1",
      90014,
      'A required field is missing. The missing field is "authorization_endpoint".',
    ],
    ["?api-version=9", 9002313, "The request is malformed. The api-version is 1.0 or 1.1."],
  ] as const)("names what the query %j lacks", async ([query, code, text]) => {
    const response = await server.request(`/common/discovery/instance${query}`)

    expect(response.status).toBe(400)
    expect(await response.json()).toEqual(oauthErrorBody(response, { error: "invalid_request", code, text }))
  })
})

describe("GET /{tenant}/discovery/v2.0/keys", () => {
  test("publishes the signing key with its certificate", async () => {
    const response = await server.request(`/${tenantId}/discovery/v2.0/keys`)

    const { keys } = (await response.json()) as { keys: JsonWebKeyBody[] }
    const certificate = new X509Certificate(Buffer.from(keys[0]?.x5c[0] ?? "", "base64"))
    const kid = Buffer.from(certificate.fingerprint.replaceAll(":", ""), "hex").toString("base64url")
    const { n, e } = certificate.publicKey.export({ format: "jwk" })
    expect(response.headers.get("cache-control")).toBe("max-age=86400, private")
    expect(keys).toEqual([
      {
        kty: "RSA",
        use: "sig",
        kid,
        x5t: kid,
        n,
        e,
        x5c: [certificate.raw.toString("base64")],
        issuer: `${origin}/${tenantId}/v2.0`,
      },
    ])
  })

  test("verifies our tokens in the hands of another library", async () => {
    const keys = (await (await server.request("/common/discovery/v2.0/keys")).json()) as JSONWebKeySet
    const token = await server.operatorToken("vault")

    const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
      algorithms: ["RS256"],
      issuer: `${origin}/${tenantId}/`,
      audience: "https://vault.azure.net",
      typ: "JWT",
      currentDate: new Date(server.clock.now() * 1000),
    })

    expect(payload["appid"]).toBe(server.operator.clientId)
  })

  test.for([
    ["/common/discovery/v2.0/keys", `${origin}/{tenantid}/v2.0`],
    ["/common/discovery/keys", `${origin}/{tenantid}/`],
    [`/${tenantId}/discovery/keys`, `${origin}/${tenantId}/`],
    ["/contoso.example/discovery/v2.0/keys?appid=x", `${origin}/${tenantId}/v2.0`],
  ] as const)("names the issuer that fits %s", async ([path, issuer]) => {
    const { keys } = (await (await server.request(path)).json()) as { keys: JsonWebKeyBody[] }

    expect(keys.map((key) => key.issuer)).toEqual([issuer])
  })

  test("refuses a tenant that does not exist", async () => {
    const response = await server.request(`/${unknownTenantId}/discovery/v2.0/keys`)

    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: "invalid_tenant", error_codes: [90002] })
  })
})

describe("GET /error", () => {
  test("says what a number means", async () => {
    const response = await server.request("/error?code=7000215")

    expect(response.status).toBe(200)
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8")
    expect(await response.text()).toBe(
      "AADSTS7000215: The client secret is wrong. Send the value of the secret, not its id.\n",
    )
  })

  test.for(["?code=1", "?code=toString", "?code=<script>", ""])("knows no number in %j", async (query) => {
    const response = await server.request(`/error${query}`)

    expect(response.status).toBe(404)
    expect(await response.text()).toBe("There is no such error code.\n")
  })
})
