import { describe, test } from "vitest"
import { openAppTokenClient } from "../../../test/app-token-client.ts"

const basic = (name: string, password: string) =>
  `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`

describe("200", () => {
  test("an app token, with the word Bearer in any letter case or without a scheme", async ({ expect }) => {
    const { call, tokenOf } = await openAppTokenClient()
    const token = await tokenOf("Ann", "Reader")

    for (const authorization of [`Bearer ${token}`, `bearer ${token}`, token]) {
      const answer = await call("GET", "/identity/my", { headers: { authorization } })
      expect(answer.body).toEqual({ id: 2, name: "Ann", source: 0, role: "Reader" })
    }
  })

  test("a name and password by Basic, the password with a colon", async ({ expect }) => {
    const { call, identityOf } = await openAppTokenClient()
    await identityOf("Build", ["Reader"], "correct:horse")

    const answer = await call("GET", "/identity/my", {
      headers: { authorization: basic("Build", "correct:horse") },
    })

    expect(answer.body).toEqual({ id: 2, name: "Build", source: 0, role: "Reader" })
  })

  test("a session cookie among others", async ({ expect }) => {
    const { call, signIn, administrator } = await openAppTokenClient()
    const cookie = await signIn()

    const answer = await call("GET", "/identity/my", { headers: { cookie: `a=1; ${cookie}; b=2` } })

    const name = administrator.username
    expect(answer.body).toEqual({ id: 1, name, source: 0, role: "Administrator" })
  })

  test("a token beats a cookie: the caller is the token's identity", async ({ expect }) => {
    const { call, signIn, tokenOf } = await openAppTokenClient()
    const cookie = await signIn()
    const token = await tokenOf("Ann", "Reader")

    const answer = await call("GET", "/identity/my", { token, headers: { cookie } })

    expect(answer.body).toMatchObject({ name: "Ann" })
  })
})

describe("401", () => {
  test("nothing presented", async ({ expect }) => {
    const { call } = await openAppTokenClient()

    const answer = await call("GET", "/accessible")

    expect(answer.status).toBe(401)
    expect(answer.body).toEqual({
      errorMessage: "Present an app token in the Authorization header, or sign in first",
      code: "credentialsMissing",
    })
    expect(answer.header("www-authenticate")).toBe("Bearer")
    expect(answer.header("retry-after")).toBeUndefined()
  })

  const unreadable = "The Authorization header holds neither an app token nor a user name and password"
  const unsigned = "The app token was not signed by this server"

  // A forged or dead token must not be made good by a browser's session.
  test.for([
    ["an unsigned token", "Bearer eyJhbGciOiJub25lIn0.e30.", unreadable],
    ["a token with alg none", "Bearer eyJhbGciOiJub25lIn0.e30.AAAA", "The credential is not an app token"],
    ["a token of another key", "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.AAAA", unsigned],
    ["an unknown scheme", "Negotiate YII=", unreadable],
    ["Bearer without a token", "Bearer", unreadable],
    ["Basic without a colon", "Basic bm9jb2xvbg==", unreadable],
    ["Basic without a name", basic("", "p"), unreadable],
    ["an empty header", " ", unreadable],
  ] as const)("%s, even with a good cookie", async ([, authorization, errorMessage], { expect }) => {
    const { call, signIn } = await openAppTokenClient()
    const cookie = await signIn()

    const answer = await call("GET", "/accessible", { headers: { authorization, cookie } })

    expect(answer.status).toBe(401)
    expect(answer.body).toEqual({ errorMessage, code: "credentialsInvalid" })
    expect(answer.header("www-authenticate")).toBe('Bearer error="invalid_token"')
  })

  test("a wrong password by Basic, even with a good cookie", async ({ expect }) => {
    const { call, signIn } = await openAppTokenClient()
    const cookie = await signIn()

    const answer = await call("GET", "/accessible", {
      headers: { authorization: basic("Build", "wrong"), cookie },
    })

    expect(answer.status).toBe(401)
    expect(answer.body).toEqual({ errorMessage: "The user name or password is wrong", code: "signInFailed" })
  })

  test("a session that has ended", async ({ expect }) => {
    const { call, signIn, context } = await openAppTokenClient()
    const cookie = await signIn()
    context.clock.advance(25 * 60)

    const answer = await call("GET", "/accessible", { headers: { cookie } })

    expect(answer.status).toBe(401)
    expect(answer.body).toEqual({
      errorMessage: "The session has ended. Sign in again",
      code: "credentialsInvalid",
    })
  })

  test("a revoked token, on the very next request and on both sites", async ({ expect }) => {
    const { call, tokenOf } = await openAppTokenClient()
    const token = await tokenOf("Admin two", "Administrator")
    await call("GET", "/accessible", { token, site: "main" })

    expect((await call("DELETE", "/apptoken/1", { token })).status).toBe(200)

    for (const site of ["loopback", "main"] as const) {
      const answer = await call("GET", "/accessible", { token, site })
      expect(answer.status).toBe(401)
      expect(answer.body).toEqual({ errorMessage: "The app token was revoked", code: "credentialsInvalid" })
    }
  })

  test("an expired token", async ({ expect }) => {
    const { call, tokenOf, context } = await openAppTokenClient()
    const token = await tokenOf("Ann", "Reader")
    context.clock.advance(31_536_000)

    expect(await call("GET", "/accessible", { token })).toMatchObject({
      status: 401,
      body: { errorMessage: "The app token has expired", code: "credentialsInvalid" },
    })
  })
})

describe("421", () => {
  // A page whose name was made to resolve to this machine must not read or change anything.
  test.for(["evil.example:5000", "127.0.0.1.evil.example", "localhost.evil.example", "169.254.169.254"])(
    "the loopback site asked for as %s",
    async (host, { expect }) => {
      const { call, tokenOf } = await openAppTokenClient()
      const token = await tokenOf("Ann", "Administrator")

      const answer = await call("GET", "/apptoken", { token, headers: { host } })

      expect(answer.status).toBe(421)
      expect(answer.body).toEqual({
        errorMessage: "This address answers to the host names localhost, 127.0.0.1 and [::1] only",
        code: "wrongHost",
      })
    },
  )

  test.for(["localhost:5000", "LOCALHOST", "127.0.0.1", "[::1]:5000"])(
    "not when asked for as %s",
    async (host, { expect }) => {
      const { call } = await openAppTokenClient()

      expect((await call("GET", "/alive", { headers: { host } })).status).toBe(200)
    },
  )
})
