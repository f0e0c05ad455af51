import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto"
import { decodeJwt, exportJWK, SignJWT } from "jose"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { boot, type Boot } from "../../../test/boot.ts"
import { testNow } from "../../../test/context.ts"
import {
  assertionType,
  type ClientKey,
  type ExpectedError,
  makeClientKey,
  oauthErrorBody,
  readRefusal,
  signAssertion,
  signPayload,
  thumbprint,
} from "../../../test/oauth.ts"
import { systemCaller } from "../../domain/access/index.ts"
import { addClientCertificate } from "../../domain/applications/index.ts"
import { createTenant } from "../../domain/tenants/index.ts"

let server: Boot
let appId: string
let rsa: ClientKey
let ec: ClientKey
let registeredElsewhere: ClientKey
let unregistered: ClientKey
let future: ClientKey
let kid: string

const tenantId = "3b0cb9a0-1c3d-4c5a-9d0e-0f1a2b3c4d5e"
const origin = "https://localhost:8443"
const tokenEndpoint = `${origin}/${tenantId}/oauth2/v2.0/token`
const system = systemCaller(tenantId)

beforeAll(async () => {
  server = await boot()
  appId = (await server.seed.application({ displayName: "Client" })).application.appId
  const other = (await server.seed.application({ displayName: "Other" })).application.appId
  ;[rsa, ec, registeredElsewhere, unregistered, future] = await Promise.all([
    makeClientKey(),
    makeClientKey({ type: "P-256" }),
    makeClientKey(),
    makeClientKey(),
    makeClientKey({ notBefore: testNow + 3600 }),
  ])
  const add = (id: string, { certificateDer }: ClientKey) =>
    addClientCertificate(server.context, system, { appId: id, certificate: certificateDer })
  kid = (await add(appId, rsa)).id
  await add(appId, ec)
  await add(appId, future)
  await add(other, registeredElsewhere)
})
afterAll(() => server.close())

let count = 0

function claims(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const complete = {
    aud: tokenEndpoint,
    iss: appId,
    sub: appId,
    jti: `jti-${++count}`,
    iat: testNow,
    nbf: testNow,
    exp: testNow + 600,
    ...changes,
  }
  return Object.fromEntries(Object.entries(complete).filter(([, value]) => value !== undefined))
}

function present(assertion: string, at: Boot = server): Promise<Response> {
  return at.post(`/${tenantId}/oauth2/v2.0/token`, {
    grant_type: "client_credentials",
    client_id: appId,
    client_assertion_type: assertionType,
    client_assertion: assertion,
    scope: "https://vault.azure.net/.default",
  })
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")

/** A JWS that no library would make. */
function forge(header: object, payload: object, signature: (input: string) => Uint8Array): string {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${Buffer.from(signature(input)).toString("base64url")}`
}

const signRs256 = (key: KeyObject) => (input: string) => sign("sha256", Buffer.from(input), key)

const x5tS256 = (key: ClientKey) => thumbprint(key, "sha256").toString("base64url")

const refusedSignature = (detail: string): ExpectedError => ({
  error: "invalid_client",
  code: 700027,
  text: `The client assertion is not validly signed by a certificate of the application. ${detail}.`,
})

const doesNotVerify = refusedSignature("JWS signature does not verify")
const unknownThumbprint = refusedSignature(
  "The application has no certificate with the thumbprint in its header",
)

describe("a client assertion: 200", () => {
  test("proves the application, and its token says so", async () => {
    const response = await present(await signAssertion(rsa, claims()))

    const { access_token: token } = (await response.json()) as { access_token: string }
    expect(response.status).toBe(200)
    expect(decodeJwt(token)).toMatchObject({ appid: appId, appidacr: "2" })
  })

  test.for(["PS256", "RS256", "PS384", "PS512", "RS384", "RS512"])("may be signed with %s", async (alg) => {
    const response = await present(await signAssertion(rsa, claims(), { alg }))

    expect(response.status).toBe(200)
  })

  test("may be signed with ES256 by a P-256 key", async () => {
    expect((await present(await signAssertion(ec, claims(), { alg: "ES256" }))).status).toBe(200)
  })

  test.for([
    ["x5t#S256 as base64url (JavaScript)", () => ({ "x5t#S256": x5tS256(rsa) })],
    ["x5t#S256 as padded base64url (Python)", () => ({ "x5t#S256": `${x5tS256(rsa)}=` })],
    [
      "x5t#S256 as padded base64 (Go, Java)",
      () => ({ "x5t#S256": thumbprint(rsa, "sha256").toString("base64") }),
    ],
    ["x5t as base64url", () => ({ x5t: thumbprint(rsa, "sha1").toString("base64url") })],
    ["x5t as padded base64url (az)", () => ({ x5t: `${thumbprint(rsa, "sha1").toString("base64url")}=` })],
    ["x5t as padded base64", () => ({ x5t: thumbprint(rsa, "sha1").toString("base64") })],
    ["kid as the id of the credential", () => ({ kid })],
    ["kid as a hexadecimal SHA-1", () => ({ kid: thumbprint(rsa, "sha1").toString("hex").toUpperCase() })],
    ["kid as a base64url SHA-1", () => ({ kid: thumbprint(rsa, "sha1").toString("base64url") })],
    ["kid as a base64url SHA-256", () => ({ kid: x5tS256(rsa) })],
    [
      "x5c with line feeds (az with subject name and issuer)",
      () => ({
        x5c: [
          Buffer.from(rsa.certificateDer)
            .toString("base64")
            .replaceAll(/(.{64})/g, "$1\n"),
        ],
      }),
    ],
    ["a kid that says nothing beside a thumbprint", () => ({ "x5t#S256": x5tS256(rsa), kid: "whatever" })],
  ] as const)("may name its certificate by %s", async ([, header]) => {
    expect((await present(await signAssertion(rsa, claims(), header()))).status).toBe(200)
  })

  test("may come without typ", async () => {
    expect((await present(await signPayload(rsa, JSON.stringify(claims())))).status).toBe(200)
  })

  test.for([
    ["v2 token endpoint", "oauth2/v2.0/token"],
    ["v1 token endpoint", "oauth2/token"],
    ["authority", ""],
    ["v2 issuer", "v2.0"],
  ] as const)("may name the %s as audience, under every spelling of the tenant", async ([, path]) => {
    for (const segment of [
      tenantId,
      tenantId.toUpperCase(),
      "contoso.example",
      "common",
      "organizations",
      "adfs",
    ]) {
      const aud = `${origin}/${segment}/${path}`
      const bare = aud.replace(/\/$/, "")
      for (const one of [aud, bare, [aud]]) {
        expect([one, (await present(await signAssertion(rsa, claims({ aud: one })))).status]).toEqual([
          one,
          200,
        ])
      }
    }
  })

  test.for([
    [
      "times with fractions and no nbf (Python)",
      { iat: testNow + 0.25, exp: testNow + 600.75, nbf: undefined },
    ],
    ["no iat (Java)", { iat: undefined }],
    ["an application id in capitals", () => ({ iss: appId.toUpperCase(), sub: appId.toUpperCase() })],
    ["no jti", { jti: undefined }],
    ["a jti of 4000 characters", { jti: "j".repeat(4000) }],
    ["a clock five minutes ahead", { iat: testNow + 300, nbf: testNow + 300, exp: testNow + 900 }],
    ["a clock five minutes behind", { iat: testNow - 890, nbf: testNow - 890, exp: testNow - 290 }],
    ["a life of 24 hours", { exp: testNow + 86_400 }],
  ] as const)("may have %s", async ([, changes]) => {
    const changed = typeof changes === "function" ? changes() : changes
    expect((await present(await signAssertion(rsa, claims(changed)))).status).toBe(200)
  })
})

describe("a client assertion: 400", () => {
  const malformed = (detail: string): ExpectedError => ({
    error: "invalid_request",
    code: 50027,
    text: `The client assertion is not a well-formed JWT. ${detail}.`,
  })
  const notCompact = "JWS is not in compact form with a JSON object as header and payload"

  test.for([
    ["one word", "assertion", notCompact],
    ["two parts", "a.b", notCompact],
    ["five parts, as of a JWE", "a.b.c.d.e", notCompact],
    ["no base64url", "e30.{}.x", notCompact],
    ["a header that is no object", `${encode([])}.${encode({})}.AA`, notCompact],
    ["more than 16 KiB", "a".repeat(16 * 1024 + 1), "It is longer than 16384 characters"],
  ] as const)("is %s", async ([, assertion, detail]) => {
    expect(await readRefusal(await present(assertion))).toEqual({ status: 400, ...malformed(detail) })
  })

  test("has a claim twice", async () => {
    const payload = JSON.stringify(claims()).replace("{", `{"iss":"${appId}",`)

    expect(await readRefusal(await present(await signPayload(rsa, payload)))).toEqual({
      status: 400,
      ...malformed("JWS has a JSON member twice"),
    })
  })

  test("has a jti that is no text", async () => {
    expect(await readRefusal(await present(await signAssertion(rsa, claims({ jti: 7 }))))).toEqual({
      status: 400,
      ...malformed("Its jti is not text"),
    })
  })

  test("comes without its type, or with the type of another", async () => {
    const request = {
      grant_type: "client_credentials",
      client_id: appId,
      scope: "https://vault.azure.net/.default",
      client_assertion: await signAssertion(rsa, claims()),
    }
    const url = `/${tenantId}/oauth2/v2.0/token`

    const without = await server.post(url, request)
    const saml = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"
    const other = await server.post(url, { ...request, client_assertion_type: saml })

    expect(await without.json()).toMatchObject({ error: "invalid_request", error_codes: [900144] })
    expect(await other.json()).toMatchObject({ error: "invalid_request", error_codes: [9002313] })
  })
})

describe("a client assertion: 401 for its signature", () => {
  test("has no algorithm", async () => {
    const assertion = forge({ alg: "none", "x5t#S256": x5tS256(rsa) }, claims(), () => new Uint8Array())

    expect(await readRefusal(await present(assertion))).toEqual({
      status: 401,
      ...refusedSignature("Its header asks for what is not supported"),
    })
  })

  test("is a MAC keyed with what the public knows", async () => {
    const pem = rsa.publicKey.export({ type: "spki", format: "pem" })
    for (const known of [pem, rsa.certificateDer, rsa.publicKey.export({ type: "spki", format: "der" })]) {
      const assertion = forge({ alg: "HS256", "x5t#S256": x5tS256(rsa) }, claims(), (input) =>
        createHmac("sha256", known).update(input).digest(),
      )
      expect(await readRefusal(await present(assertion))).toEqual({
        status: 401,
        ...refusedSignature("JWS algorithm is not allowed here"),
      })
    }
  })

  test.for([
    ["RS256 that says PS256", "PS256"],
    ["RS256 that says RS512", "RS512"],
  ] as const)("is of %s", async ([, alg]) => {
    const assertion = forge({ alg, "x5t#S256": x5tS256(rsa) }, claims(), signRs256(rsa.privateKey))

    expect(await readRefusal(await present(assertion))).toEqual({ status: 401, ...doesNotVerify })
  })

  test("is of an algorithm for another kind of key", async () => {
    const assertion = forge({ alg: "ES256", "x5t#S256": x5tS256(rsa) }, claims(), () => new Uint8Array(64))

    expect(await readRefusal(await present(assertion))).toEqual({
      status: 401,
      ...refusedSignature("Key does not suit the JWS algorithm"),
    })
  })

  test("is all zeros, by a P-256 key", async () => {
    const assertion = forge({ alg: "ES256", "x5t#S256": x5tS256(ec) }, claims(), () => new Uint8Array(64))

    expect(await readRefusal(await present(assertion))).toEqual({ status: 401, ...doesNotVerify })
  })

  test("has critical headers", async () => {
    const header = { alg: "RS256", "x5t#S256": x5tS256(rsa), crit: ["b64"], b64: true }

    expect(await readRefusal(await present(forge(header, claims(), signRs256(rsa.privateKey))))).toEqual({
      status: 401,
      ...refusedSignature("Its header asks for what is not supported"),
    })
  })

  test("has the type of another kind of token", async () => {
    const assertion = await signAssertion(rsa, claims(), { typ: "at+jwt" })

    expect(await readRefusal(await present(assertion))).toEqual({
      status: 401,
      ...refusedSignature("Its type is not JWT"),
    })
  })

  test("is by the key that its own header brings", async () => {
    const jwk = await exportJWK(createPublicKey(unregistered.privateKey))
    const x5c = [Buffer.from(unregistered.certificateDer).toString("base64")]
    const own = {
      "x5t#S256": x5tS256(rsa),
      jwk,
      x5c,
      jku: "https://evil.example/keys",
      x5u: "https://evil.example/c",
    }

    expect(await readRefusal(await present(await signAssertion(unregistered, claims(), own)))).toEqual({
      status: 401,
      ...doesNotVerify,
    })
    expect(await readRefusal(await present(await signAssertion(unregistered, claims(), { x5c })))).toEqual({
      status: 401,
      ...unknownThumbprint,
    })
  })

  test("is by a certificate of another application, or of nobody", async () => {
    expect(await readRefusal(await present(await signAssertion(registeredElsewhere, claims())))).toEqual({
      status: 401,
      ...unknownThumbprint,
    })
    expect(await readRefusal(await present(await signAssertion(unregistered, claims())))).toEqual({
      status: 401,
      ...unknownThumbprint,
    })
  })

  test("is by one certificate and names another by SHA-1", async () => {
    const header = { "x5t#S256": x5tS256(unregistered), x5t: thumbprint(rsa, "sha1").toString("base64url") }

    expect(await readRefusal(await present(await signAssertion(rsa, claims(), header)))).toEqual({
      status: 401,
      ...unknownThumbprint,
    })
  })

  test("was changed after it was signed", async () => {
    const [header, , signature] = (await signAssertion(rsa, claims())).split(".")

    expect(
      await readRefusal(await present(`${header}.${encode(claims({ exp: testNow + 601 }))}.${signature}`)),
    ).toEqual({ status: 401, ...doesNotVerify })
  })

  test("names no certificate", async () => {
    const assertion = await new SignJWT(claims()).setProtectedHeader({ alg: "PS256" }).sign(rsa.privateKey)

    expect(await readRefusal(await present(assertion))).toEqual({
      status: 401,
      ...refusedSignature("Its header names no certificate: send x5t#S256, x5t, x5c or kid"),
    })
  })

  test.for([["unknown"], ["../../x"], [7]])("names by kid what is not there: %j", async ([kid]) => {
    expect(await readRefusal(await present(await signAssertion(rsa, claims(), { kid })))).toEqual({
      status: 401,
      error: "invalid_client",
      code: 7000272,
      text: "The application has no certificate with the key id of the client assertion. The application has no certificate with the key id in its header.",
    })
  })

  test("is by a certificate that is not valid yet", async () => {
    expect(await readRefusal(await present(await signAssertion(future, claims())))).toEqual({
      status: 401,
      error: "invalid_client",
      code: 1000502,
      text: `The certificate that signed the client assertion is not within its validity period. The certificate with the SHA-1 thumbprint ${thumbprint(future, "sha1").toString("hex")} is out of its time.`,
    })
  })
})

describe("a client assertion: 401 for what it says", () => {
  const otherAppId = "00000000-0000-4000-8000-000000000009"
  const refusal = (code: number, text: string): ExpectedError => ({ error: "invalid_client", code, text })
  const wrongSubject = () =>
    refusal(
      700021,
      `The client assertion speaks for another application: its issuer and subject must both be the client id. Its issuer and subject must both be "${appId}".`,
    )
  const wrongAudience = refusal(
    700023,
    `The client assertion is meant for another audience: it must be the token endpoint or the issuer of the tenant. One audience that fits is "${tokenEndpoint}".`,
  )
  const wrongTime = (detail: string) =>
    refusal(700024, `The client assertion is not within its valid time range. ${detail}.`)

  test.for([
    { iss: otherAppId },
    { sub: otherAppId },
    { iss: otherAppId, sub: otherAppId },
    { iss: undefined },
    { sub: undefined },
    { iss: [1] },
  ])("speaks for another: %j", async (changes) => {
    expect(await readRefusal(await present(await signAssertion(rsa, claims(changes))))).toEqual({
      status: 401,
      ...wrongSubject(),
    })
  })

  test.for([
    { aud: undefined },
    { aud: "" },
    { aud: [] },
    { aud: [tokenEndpoint, "https://evil.example"] },
    { aud: [tokenEndpoint, tokenEndpoint] },
    { aud: { 0: tokenEndpoint } },
    { aud: "https://login.microsoftonline.com/common/oauth2/v2.0/token" },
    { aud: `${origin}/fabrikam.example/oauth2/v2.0/token` },
    { aud: `${origin}/${otherAppId}/v2.0` },
    { aud: `http://localhost:8443/${tenantId}/oauth2/v2.0/token` },
    { aud: `https://localhost/${tenantId}/oauth2/v2.0/token` },
    { aud: `${tokenEndpoint}/` },
    { aud: "https://vault.azure.net" },
  ])("is meant for another: %j", async (changes) => {
    expect(await readRefusal(await present(await signAssertion(rsa, claims(changes))))).toEqual({
      status: 401,
      ...wrongAudience,
    })
  })

  test("is meant for another tenant of ours", async () => {
    const other = await createTenant(server.context, system, { domain: "northwind.test" })
    const aud = `${origin}/${other.id}/oauth2/v2.0/token`

    expect(await readRefusal(await present(await signAssertion(rsa, claims({ aud }))))).toEqual({
      status: 401,
      ...wrongAudience,
    })
  })

  const noEnd = "Its exp is missing or not a number of seconds"
  const noBeginning = "Its nbf or iat is not a number of seconds"
  const tooLong = "It lives longer than 24 hours; ten minutes do"
  test.for([
    ["no exp", { exp: undefined }, noEnd],
    ["exp as text", { exp: String(testNow + 600) }, noEnd],
    ["a negative exp", { exp: -1 }, noEnd],
    ["exp null", { exp: null }, noEnd],
    ["nbf as text", { nbf: String(testNow) }, noBeginning],
    ["a negative iat", { iat: -5 }, noBeginning],
    [
      "an end long past",
      { iat: testNow - 7200, nbf: undefined, exp: testNow - 300 },
      "It has expired; check the clocks",
    ],
    [
      "a beginning to come",
      { nbf: testNow + 301, exp: testNow + 900 },
      "It is not valid yet; check the clocks",
    ],
    [
      "an issue to come",
      { iat: testNow + 301, nbf: undefined, exp: testNow + 900 },
      "It is not valid yet; check the clocks",
    ],
    ["a life of more than a day", { exp: testNow + 86_401 }, tooLong],
    [
      "an end a day ahead and no beginning",
      { iat: undefined, nbf: undefined, exp: testNow + 86_701 },
      tooLong,
    ],
    ["an end beyond all numbers", { iat: undefined, nbf: undefined, exp: 1e300 }, tooLong],
  ] as const)("has %s", async ([, changes, detail]) => {
    expect(await readRefusal(await present(await signAssertion(rsa, claims(changes))))).toEqual({
      status: 401,
      ...wrongTime(detail),
    })
  })

  test("has numbers that only some parsers take", async () => {
    const payload = JSON.stringify(claims({ exp: undefined })).replace("{", '{"exp":1e999,')

    expect(await readRefusal(await present(await signPayload(rsa, payload)))).toEqual({
      status: 401,
      ...wrongTime(noEnd),
    })
  })

  test("is an access token of ours", async () => {
    const token = await server.operatorToken("vault")

    const response = await present(token)

    // Its header names our signing key, by x5t, which is on no application.
    expect(await response.json()).toEqual(oauthErrorBody(response, unknownThumbprint))
  })
})

// MSAL sends one assertion for minutes; whoever stole it must not be able to make a second of it.
describe("a client assertion that comes again", () => {
  test("is taken when it is the same, byte for byte", async () => {
    const assertion = await signAssertion(rsa, claims())

    expect([(await present(assertion)).status, (await present(assertion)).status]).toEqual([200, 200])
  })

  test("is taken when it is the same at the same instant", async () => {
    const assertion = await signAssertion(rsa, claims())

    const answers = await Promise.all([present(assertion), present(assertion), present(assertion)])

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  })

  test("is refused with other bytes under its jti", async () => {
    const jti = "used-twice"
    await present(await signAssertion(rsa, claims({ jti })))

    // PSS salts its signature: the same claims make other bytes.
    const again = await signAssertion(rsa, claims({ jti }))

    expect(await readRefusal(await present(again))).toEqual({
      status: 401,
      ...refusedSignature("Its jti was used by another assertion: give every assertion a jti of its own"),
    })
  })

  test("leaves its jti unused when its signature does not verify", async () => {
    const jti = "burnt-by-nobody"
    const forged = forge(
      { alg: "PS256", "x5t#S256": x5tS256(rsa) },
      claims({ jti }),
      signRs256(unregistered.privateKey),
    )
    await present(forged)

    expect((await present(await signAssertion(rsa, claims({ jti })))).status).toBe(200)
  })

  test("is forgotten once it is over, a few with every new one", async () => {
    const own = await boot()
    const { application } = await own.seed.application()
    await addClientCertificate(own.context, system, {
      appId: application.appId,
      certificate: rsa.certificateDer,
    })
    const send = async (at: number) => {
      const own_ = { iss: application.appId, sub: application.appId, iat: at, nbf: at, exp: at + 600 }
      const response = await own.post(`/${tenantId}/oauth2/v2.0/token`, {
        grant_type: "client_credentials",
        client_id: application.appId,
        client_assertion_type: assertionType,
        client_assertion: await signAssertion(rsa, claims(own_)),
        scope: "https://vault.azure.net/.default",
      })
      expect(response.status).toBe(200)
    }
    for (let sent = 0; sent < 10; sent += 1) await send(testNow)
    own.clock.advance(901)

    await send(testNow + 901)

    // Ten before, eight of them swept, one new.
    expect(await own.context.store.clientAssertions.list({})).toHaveLength(3)
    await own.close()
  })
})

test("a key of 1024 bits signs nothing here", async () => {
  const { privateKey: weak } = generateKeyPairSync("rsa", { modulusLength: 1024 })

  const assertion = forge({ alg: "RS256", "x5t#S256": x5tS256(rsa) }, claims(), signRs256(weak))

  expect(await readRefusal(await present(assertion))).toEqual({ status: 401, ...doesNotVerify })
})
