import { describe, test } from "vitest"
import { openAppTokenClient } from "../../../test/app-token-client.ts"

describe("POST /api/v1/signin", () => {
  test("200: a session cookie and where to go", async ({ expect }) => {
    const { call, administrator } = await openAppTokenClient()
    const { username, password } = administrator

    const answer = await call("POST", "/signin", { body: { username, password } })

    expect(answer).toMatchObject({ status: 200, body: { returnUrl: "/admin" } })
    expect(answer.header("set-cookie")).toMatch(
      /^keybearer-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/,
    )
    expect(answer.header("cache-control")).toBe("no-store")
  })

  test("200: over https the cookie is Secure", async ({ expect }) => {
    const { call, administrator } = await openAppTokenClient()
    const { username, password } = administrator

    const answer = await call("POST", "/signin", { body: { username, password }, site: "main" })

    expect(answer.header("set-cookie")).toMatch(/; Path=\/; HttpOnly; SameSite=Lax; Secure$/)
  })

  test("200: member names and the path in any letter case", async ({ expect }) => {
    const { call, administrator } = await openAppTokenClient()
    const { username: UserName, password: PassWord } = administrator

    expect((await call("POST", "/SignIn", { body: { UserName, PassWord } })).status).toBe(200)
  })

  test.for([
    ["a wrong password", { password: "wrong" }],
    ["an unknown name", { username: "nobody" }],
  ])("401 with errorMessage and without a cookie: %s", async ([, fault], { expect }) => {
    const { call, administrator } = await openAppTokenClient()
    const { username, password } = administrator

    const answer = await call("POST", "/signin", { body: { username, password, ...(fault as object) } })

    expect(answer.status).toBe(401)
    expect(answer.body).toEqual({ errorMessage: "The user name or password is wrong", code: "signInFailed" })
    expect(answer.header("set-cookie")).toBeUndefined()
  })

  test.for([
    ["no body", undefined, "invalidBody", "The request has no body; a JSON object is expected"],
    ["no JSON", "{", "invalidBody", "The request body is not valid JSON in UTF-8"],
    ["an array", [], "invalidBody", "The request body must be a JSON object"],
    ["no password", { username: "a" }, "invalidInput", '"password" is missing'],
    ["a number as name", { username: 1, password: "p" }, "invalidInput", '"username" must be a text'],
    ["null as password", { username: "a", password: null }, "invalidInput", '"password" is missing'],
    [
      "a name twice",
      { username: "a", UserName: "b", password: "p" },
      "invalidInput",
      'Member "username" is given twice',
    ],
  ] as const)("400: %s", async ([, body, code, errorMessage], { expect }) => {
    const { call } = await openAppTokenClient()

    const answer = await call("POST", "/signin", body === undefined ? {} : { body })

    expect(answer).toMatchObject({ status: 400, body: { errorMessage, code } })
  })

  test("413: a body beyond the limit", async ({ expect }) => {
    const { call } = await openAppTokenClient({ maxBodyBytes: 16_384 })

    const answer = await call("POST", "/signin", { body: { username: "a", password: "x".repeat(20_000) } })

    expect(answer.status).toBe(413)
    expect(answer.body).toEqual({ errorMessage: "The request body is too large", code: "bodyTooLarge" })
  })

  test("429 with Retry-After after twenty failures, by Basic as well", async ({ expect }) => {
    const { call, identityOf } = await openAppTokenClient()
    await identityOf("Build", ["Reader"], "correct horse")
    await Promise.all(
      Array.from({ length: 20 }, () =>
        call("POST", "/signin", { body: { username: "Build", password: "guess" } }),
      ),
    )

    const bySignIn = await call("POST", "/signin", { body: { username: "build", password: "correct horse" } })
    const basic = `Basic ${Buffer.from("Build:correct horse").toString("base64")}`
    const byBasic = await call("GET", "/accessible", { headers: { authorization: basic } })

    for (const answer of [bySignIn, byBasic]) {
      expect(answer.status).toBe(429)
      expect(answer.body).toEqual({
        errorMessage: "Too many failed sign-ins. Try again in 60 seconds",
        code: "tooManyAttempts",
      })
      expect(answer.header("retry-after")).toBe("60")
    }
  })
})
