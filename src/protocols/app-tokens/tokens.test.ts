import { describe, test } from "vitest"
import { openAppTokenClient } from "../../../test/app-token-client.ts"
import { openAppTokenContext, addToken } from "../../../test/app-tokens.ts"
import { ensureAppTokenSigningKey } from "../../domain/app-tokens/index.ts"

const signingKey = "one key on both installations, long enough"

/** A server and a token that another installation, with the same signing key, has made. */
async function bootWithForeignToken(...roles: string[]) {
  const client = await openAppTokenClient()
  await ensureAppTokenSigningKey(client.context, { signingKey })
  const foreign = await addToken(await openAppTokenContext({ signingKey }), "Build", ...roles)
  const admin = await client.tokenOf("Admin two", "Administrator")
  return { ...client, foreign, admin }
}

const noDate = "0001-01-01T00:00:00"

describe("POST /api/v1/apptoken", () => {
  test("200: takes in a token of the same signing key, which then works", async ({ expect }) => {
    const { call, foreign, admin } = await bootWithForeignToken("Operator", "Reader")
    expect((await call("GET", "/accessible", { token: foreign })).status).toBe(401)

    const { status, body } = await call("POST", "/apptoken", {
      token: admin,
      body: {
        Token: foreign,
        Identity: { Name: "Build" },
        Role: "Reader",
        Expiration: "2026-12-01T00:00:00Z",
      },
    })

    expect(status).toBe(200)
    expect(body).toEqual({
      id: 2,
      token: "",
      identity: { id: 3, name: "Build", source: 0, role: "" },
      revoked: false,
      role: "Reader",
      created: "2026-11-21T00:00:00Z",
      expiration: "2026-12-01T00:00:00Z",
      revokedDate: noDate,
      lastUsed: noDate,
    })
    expect((await call("GET", "/accessible", { token: foreign })).status).toBe(200)
  })

  // The body of the vendor's own example says more than its token does.
  test("200: what the token says wins over the body", async ({ expect }) => {
    const { call, foreign, admin } = await bootWithForeignToken("Reader")

    const answer = await call("POST", "/apptoken", {
      token: admin,
      body: {
        token: foreign,
        identity: { name: "Somebody" },
        role: "Administrator",
        expiration: "2036-01-01T00:00:00Z",
      },
    })

    expect(answer).toMatchObject({
      status: 200,
      body: { identity: { name: "Build" }, role: "Reader", expiration: "2027-11-21T00:00:00Z" },
    })
    expect(await call("POST", "/identity", { token: foreign, body: { name: "x" } })).toMatchObject({
      status: 403,
    })
  })

  test("409: importing twice does not make two", async ({ expect }) => {
    const { call, foreign, admin, context } = await bootWithForeignToken("Reader")
    await call("POST", "/apptoken", { token: admin, body: { token: foreign } })

    const answer = await call("POST", "/apptoken", { token: admin, body: { token: foreign } })

    expect(answer.status).toBe(409)
    expect(answer.body).toEqual({
      errorMessage: "This token is on record already, as app token 2",
      code: "alreadyExists",
    })
    expect(await context.store.appTokens.list({})).toHaveLength(2)
  })

  test("400: a token signed by another key, and nothing is kept", async ({ expect }) => {
    const { call, tokenOf, context } = await openAppTokenClient()
    const admin = await tokenOf("Admin two", "Administrator")
    const foreign = await addToken(await openAppTokenContext(), "Build", "Reader")

    const answer = await call("POST", "/apptoken", { token: admin, body: { token: foreign } })

    expect(answer.status).toBe(400)
    expect(answer.body).toEqual({
      errorMessage: "The app token was not signed by this server",
      code: "invalidInput",
    })
    expect(await context.store.appTokens.list({})).toHaveLength(1)
  })

  test.for([
    ["no token", {}, '"token" is missing'],
    ["a number as token", { token: 1 }, '"token" must be a text'],
    ["a text that is no token", { token: "abc" }, "The credential is not an app token"],
  ])("400: %s", async ([, body, errorMessage], { expect }) => {
    const { call, tokenOf } = await openAppTokenClient()
    const token = await tokenOf("Admin two", "Administrator")

    const answer = await call("POST", "/apptoken", { token, body })

    expect(answer).toMatchObject({ status: 400, body: { errorMessage, code: "invalidInput" } })
  })
})

describe("GET and DELETE /api/v1/apptoken", () => {
  test("200: an Administrator sees all, revoked ones included, and never a value", async ({ expect }) => {
    const { call, tokenOf, context } = await openAppTokenClient()
    const token = await tokenOf("Admin two", "Administrator")
    await tokenOf("Rita", "Reader")
    context.clock.advance(90)

    const revoked = await call("DELETE", "/apptoken/2", { token })
    const list = await call("GET", "/apptoken", { token })

    const rita = {
      id: 2,
      token: "",
      identity: { id: 3, name: "Rita", source: 0, role: "Reader" },
      revoked: true,
      role: "Reader",
      created: "2026-11-21T00:00:00Z",
      expiration: "2027-11-21T00:00:00Z",
      revokedDate: "2026-11-21T00:01:30Z",
      lastUsed: noDate,
    }
    expect(revoked).toMatchObject({ status: 200, body: rita })
    expect(list.status).toBe(200)
    expect(list.body).toEqual([
      {
        id: 1,
        token: "",
        identity: { id: 2, name: "Admin two", source: 0, role: "Administrator" },
        revoked: false,
        role: "Administrator",
        created: "2026-11-21T00:00:00Z",
        expiration: "2027-11-21T00:00:00Z",
        revokedDate: noDate,
        lastUsed: noDate,
      },
      rita,
    ])
    expect((await call("GET", "/apptoken/2", { token })).body).toEqual(rita)
  })

  test("200: others see and revoke their own", async ({ expect }) => {
    const { call, tokenOf } = await openAppTokenClient()
    await tokenOf("Admin two", "Administrator")
    const token = await tokenOf("Rita", "Reader")

    const list = await call("GET", "/apptoken", { token })

    expect((list.body as { id: number }[]).map(({ id }) => id)).toEqual([2])
    expect((await call("DELETE", "/apptoken/2", { token })).status).toBe(200)
    expect((await call("GET", "/apptoken", { token })).status).toBe(401)
  })

  test.for([
    ["GET", "/apptoken/1"],
    ["DELETE", "/apptoken/1"],
    ["GET", "/apptoken/77"],
    ["DELETE", "/apptoken/77"],
  ] as const)(
    "404: %s %s is another's or not there, which of the two is not told",
    async ([method, path], { expect }) => {
      const { call, tokenOf } = await openAppTokenClient()
      await tokenOf("Admin two", "Administrator")
      const token = await tokenOf("Rita", "Reader")

      const answer = await call(method, path, { token })

      const id = path.slice("/apptoken/".length)
      expect(answer).toMatchObject({
        status: 404,
        body: { errorMessage: `App token ${id} was not found`, code: "notFound" },
      })
    },
  )
})
