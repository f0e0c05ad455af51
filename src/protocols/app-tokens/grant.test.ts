import { decodeJwt, decodeProtectedHeader } from "jose"
import { describe, test } from "vitest"
import { openAppTokenClient } from "../../../test/app-token-client.ts"
import { testNow } from "../../../test/context.ts"

const role = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"

interface TokenBody {
  token: string
  role: string
  expiration: string
  identity: { id: number; name: string; role: string }
}

describe("GET /api/v1/apptoken/grant", () => {
  test("200: the whole body, in the vendor's order", async ({ expect }) => {
    const { call, signIn, administrator } = await openAppTokenClient()
    const cookie = await signIn()

    const { status, body } = await call("GET", "/apptoken/grant", { headers: { cookie } })

    const { token } = body as TokenBody
    const name = administrator.username
    expect(status).toBe(200)
    expect(JSON.stringify(body)).toBe(
      JSON.stringify({
        id: 1,
        token,
        identity: { id: 1, name, source: 0, role: "Administrator" },
        revoked: false,
        role: "Administrator",
        created: "2026-11-21T00:00:00Z",
        expiration: "2027-11-21T00:00:00Z",
        revokedDate: "0001-01-01T00:00:00",
        lastUsed: "0001-01-01T00:00:00",
      }),
    )
    expect(decodeProtectedHeader(token)).toEqual({ alg: "HS256", typ: "JWT" })
    expect(decodeJwt(token)).toMatchObject({
      [role]: "Administrator",
      nbf: testNow,
      exp: testNow + 31_536_000,
    })
  })

  test("200: several roles are one text in the body and an array in the token", async ({ expect }) => {
    const { call, tokenOf } = await openAppTokenClient()
    const token = await tokenOf("Ann", "Operator", "Reader")

    const { body } = await call("GET", "/apptoken/grant", { token })

    expect((body as TokenBody).role).toBe("Operator, Reader")
    expect(decodeJwt((body as TokenBody).token)[role]).toEqual(["Operator", "Reader"])
  })

  test.for(["lifespanDays=7", "lifetimeInDays=7", "expiration=7", "LIFESPANDAYS=7"])(
    "200: a number of days by ?%s",
    async (query, { expect }) => {
      const { call, tokenOf } = await openAppTokenClient()
      const token = await tokenOf("Ann", "Reader")

      const { body } = await call("GET", `/appToken/grant?${query}`, { token })

      expect((body as TokenBody).expiration).toBe("2026-11-28T00:00:00Z")
    },
  )

  test.for([
    [
      "more days than policy allows",
      "lifespanDays=3651",
      "App tokens live at most 3650 days here. Give an earlier expiry",
    ],
    ["0 days", "lifespanDays=0", "The number of days is a whole number from 1"],
    ["no number", "lifespanDays=never", "Give the life of the token once, as a whole number of days"],
    [
      "two names",
      "lifespanDays=1&expiration=1",
      "Give the life of the token once, as a whole number of days",
    ],
    [
      "one name twice",
      "expiration=1&expiration=2",
      "Give the life of the token once, as a whole number of days",
    ],
  ])("400 and nothing granted: %s", async ([, query, errorMessage], { expect }) => {
    const { call, tokenOf, context } = await openAppTokenClient()
    const token = await tokenOf("Ann", "Reader")

    const answer = await call("GET", `/apptoken/grant?${query}`, { token })

    expect(answer).toMatchObject({ status: 400, body: { errorMessage, code: "invalidInput" } })
    expect(await context.store.appTokens.list({})).toHaveLength(1)
  })
})

describe("POST /api/v1/apptoken/grant", () => {
  test("200: for a new name, with a role and a date", async ({ expect }) => {
    const { call, signIn } = await openAppTokenClient()
    const cookie = await signIn()

    const { status, body } = await call("POST", "/apptoken/grant", {
      headers: { cookie },
      body: {
        Identity: { Name: "Build" },
        Role: "execute, reader",
        Expiration: "2026-12-01T12:00:00.1234567Z",
      },
    })

    expect(status).toBe(200)
    expect(body).toEqual({
      id: 1,
      token: (body as TokenBody).token,
      identity: { id: 2, name: "Build", source: 0, role: "Execute, Reader" },
      revoked: false,
      role: "Execute, Reader",
      created: "2026-11-21T00:00:00Z",
      expiration: "2026-12-01T12:00:00Z",
      revokedDate: "0001-01-01T00:00:00",
      lastUsed: "0001-01-01T00:00:00",
    })
  })

  test.for([
    ["no body: for oneself", undefined, { identity: { id: 1 }, role: "Administrator" }],
    ["an empty object: for oneself", {}, { identity: { id: 1 }, role: "Administrator" }],
    ["an id", { identity: { id: 2 } }, { identity: { id: 2 }, role: "Reader" }],
    ["id 0 beside a name", { identity: { id: 0, name: "rita" } }, { identity: { id: 2 }, role: "Reader" }],
    ["roles as an array", { role: ["Operator", "Reader"] }, { role: "Operator, Reader" }],
    ["null members", { identity: null, role: null, expiration: null }, { identity: { id: 1 } }],
    [
      "a date without a zone is UTC",
      { expiration: "2026-12-01T12:00:00" },
      { expiration: "2026-12-01T12:00:00Z" },
    ],
    [
      "a date with an offset",
      { expiration: "2026-12-01T12:00:00+02:00" },
      { expiration: "2026-12-01T10:00:00Z" },
    ],
    ["a day", { expiration: "2026-12-01" }, { expiration: "2026-12-01T00:00:00Z" }],
  ] as const)("200: %s", async ([, body, wanted], { expect }) => {
    const { call, signIn, identityOf } = await openAppTokenClient()
    await identityOf("Rita", ["Reader"])
    const cookie = await signIn()

    const answer = await call("POST", "/apptoken/grant", { headers: { cookie }, ...(body && { body }) })

    expect(answer).toMatchObject({ status: 200, body: wanted })
  })

  test.for([
    [
      "an unknown role",
      { role: "Emperor" },
      'There is no role "Emperor". Take one of the list of roles, or create it first',
    ],
    ["a number as role", { role: 1 }, '"role" must be a text or an array of texts'],
    [
      "a date that is none",
      { expiration: "tomorrow" },
      '"expiration" must be a date such as 2027-01-31T00:00:00Z',
    ],
    [
      "the 30th of February",
      { expiration: "2027-02-30T00:00:00Z" },
      '"expiration" must be a date such as 2027-01-31T00:00:00Z',
    ],
    ["a date in the past", { expiration: "2020-01-01T00:00:00Z" }, "The expiry is not in the future"],
    [
      "a date beyond policy",
      { expiration: "9999-12-31T23:59:59Z" },
      "App tokens live at most 3650 days here. Give an earlier expiry",
    ],
    ["a text as identity", { identity: "Rita" }, '"identity" must be an object'],
    ["an identity without id and name", { identity: {} }, '"identity" needs an "id" or a "name"'],
    [
      "both id and name",
      { identity: { id: 1, name: "Rita" } },
      'Give either "identity.id" or "identity.name", not both',
    ],
    ["a text as id", { identity: { id: "1" } }, '"identity.id" must be a whole number'],
    [
      "the system identity",
      { identity: { name: "System" } },
      'The identity "System" is reserved and holds no tokens',
    ],
    ["a system token", { identity: { name: "x", system: true } }, "The system identity holds no tokens here"],
    [
      "a new name without a role",
      { identity: { name: "Build" } },
      'Identity "Build" has no role. Give it one, or name the role of the token',
    ],
  ] as const)("400 and nothing made: %s", async ([, body, errorMessage], { expect }) => {
    const { call, signIn, context } = await openAppTokenClient()
    const cookie = await signIn()

    const answer = await call("POST", "/apptoken/grant", { headers: { cookie }, body })

    expect(answer.status).toBe(400)
    expect(answer.body).toEqual({ errorMessage, code: "invalidInput" })
    expect(await context.store.appTokens.list({})).toEqual([])
    expect(await context.store.appTokenIdentities.list({})).toHaveLength(1)
  })

  test("403: another's token without being Administrator", async ({ expect }) => {
    const { call, tokenOf } = await openAppTokenClient()
    const token = await tokenOf("Ollie", "Operator")

    const answer = await call("POST", "/apptoken/grant", { token, body: { identity: { id: 1 } } })

    expect(answer.status).toBe(403)
    expect(answer.body).toEqual({
      errorMessage: '"Ollie" may not perform AppTokenGrant. This takes role Administrator',
      code: "forbidden",
    })
  })

  test("403: a role above one's own", async ({ expect }) => {
    const { call, tokenOf } = await openAppTokenClient()
    const token = await tokenOf("Ollie", "Operator")

    const answer = await call("POST", "/apptoken/grant", { token, body: { role: "Administrator" } })

    expect(answer.status).toBe(403)
    expect(answer.body).toEqual({
      errorMessage: '"Ollie" may not perform AppTokenGrant. This takes a role that includes Administrator',
      code: "forbidden",
    })
  })

  test("404: an identity that is not there", async ({ expect }) => {
    const { call, signIn } = await openAppTokenClient()
    const cookie = await signIn()

    const answer = await call("POST", "/apptoken/grant", {
      headers: { cookie },
      body: { identity: { id: 9 } },
    })

    expect(answer).toMatchObject({
      status: 404,
      body: { errorMessage: "Identity 9 was not found", code: "notFound" },
    })
  })
})

describe("/api/v1/apptoken/grant/{id} and its alias /apptoken/{id}/grant", () => {
  test.for([
    ["GET", "/apptoken/grant/2"],
    ["POST", "/appToken/grant/2"],
    ["GET", "/apptoken/2/grant"],
    ["POST", "/AppToken/2/Grant/"],
  ] as const)("200: %s %s carries the role of that identity", async ([method, path], { expect }) => {
    const { call, signIn, identityOf } = await openAppTokenClient()
    await identityOf("Rita", ["Reader"])
    const cookie = await signIn()

    const answer = await call(method, `${path}?lifetimeInDays=1`, { headers: { cookie } })

    expect(answer).toMatchObject({
      status: 200,
      body: { identity: { id: 2, name: "Rita" }, role: "Reader", expiration: "2026-11-22T00:00:00Z" },
    })
  })

  test("400: an identity without a role", async ({ expect }) => {
    const { call, signIn, identityOf, context } = await openAppTokenClient()
    await identityOf("Rita", [])
    const cookie = await signIn()

    const answer = await call("GET", "/apptoken/grant/2", { headers: { cookie } })

    expect(answer.status).toBe(400)
    expect(answer.body).toEqual({
      errorMessage: 'Identity "Rita" has no role. Give it one, or name the role of the token',
      code: "invalidInput",
    })
    expect(await context.store.appTokens.list({})).toEqual([])
  })

  test.for(["9", "0", "-1", "1.5", "x", "99999999999999999999"])("404: id %s", async (id, { expect }) => {
    const { call, signIn } = await openAppTokenClient()
    const cookie = await signIn()

    expect(await call("GET", `/apptoken/grant/${id}`, { headers: { cookie } })).toMatchObject({
      status: 404,
      body: { code: "notFound" },
    })
  })
})
