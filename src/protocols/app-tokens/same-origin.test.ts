import { describe, test } from "vitest"
import { openAppTokenClient } from "../../../test/app-token-client.ts"

const refusal = {
  errorMessage:
    "This request came from another web site. Send it from this server's own pages, or present an app token",
  code: "crossSiteRequest",
}

const own = "http://127.0.0.1:5000"

describe("GET /api/v1/apptoken/grant with a session cookie", () => {
  test.for([
    ["curl and PowerShell, which send nothing of the kind", {}],
    [
      "PowerShell by its browser-like name",
      { "user-agent": "Mozilla/5.0 (Windows NT; en-US) WindowsPowerShell/5.1" },
    ],
    ["a page of this server", { "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" }],
    ["an address typed by the user", { "sec-fetch-site": "none", "upgrade-insecure-requests": "1" }],
    ["an old browser on a page of this server", { origin: own }],
    [
      "an old browser following a link of this server",
      { referer: `${own}/admin`, "upgrade-insecure-requests": "1" },
    ],
    [
      "a header that takes a preflight",
      { "x-requested-with": "XMLHttpRequest", origin: "http://localhost:3000" },
    ],
  ])("200: %s", async ([, headers], { expect }) => {
    const { call, signIn } = await openAppTokenClient()
    const cookie = await signIn()

    const answer = await call("GET", "/apptoken/grant", { headers: { cookie, ...(headers as object) } })

    expect(answer.status).toBe(200)
  })

  // SameSite=Lax sends the cookie with a top-level GET of any site, and other ports are the same site.
  test.for([
    ["a link on another site", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }],
    ["a page on another port", { "sec-fetch-site": "same-site" }],
    ["an old browser on another site", { origin: "https://evil.example" }],
    ["an old browser on another port", { origin: "http://127.0.0.1:3000" }],
    ["a sandboxed page", { origin: "null" }],
    ["an old browser following a link of another site", { referer: "https://evil.example/a" }],
    ["an old browser following a link that hides where it is", { "upgrade-insecure-requests": "1" }],
  ])("403 and nothing granted: %s", async ([, headers], { expect }) => {
    const { call, signIn, context } = await openAppTokenClient()
    const cookie = await signIn()

    const answer = await call("GET", "/apptoken/grant", { headers: { cookie, ...(headers as object) } })

    expect(answer).toMatchObject({ status: 403, body: refusal })
    expect(await context.store.appTokens.list({})).toEqual([])
  })
})

test("reading with a cookie needs no such proof: other sites cannot see the answer", async ({ expect }) => {
  const { call, signIn } = await openAppTokenClient()
  const cookie = await signIn()

  const answer = await call("GET", "/apptoken", { headers: { cookie, "sec-fetch-site": "cross-site" } })

  expect(answer.status).toBe(200)
  expect(answer.header("access-control-allow-origin")).toBeUndefined()
})

test("a token needs no such proof: no browser adds it by itself", async ({ expect }) => {
  const { call, tokenOf } = await openAppTokenClient()
  const token = await tokenOf("Ann", "Reader")

  const answer = await call("GET", "/apptoken/grant", { token, headers: { "sec-fetch-site": "cross-site" } })

  expect(answer.status).toBe(200)
})

test("403: another site cannot sign a browser in, with the right password", async ({ expect }) => {
  const { call, administrator } = await openAppTokenClient()
  const { username, password } = administrator

  const answer = await call("POST", "/signin", {
    body: { username, password },
    headers: { "sec-fetch-site": "cross-site", origin: "https://evil.example" },
  })

  expect(answer).toMatchObject({ status: 403, body: refusal })
  expect(answer.header("set-cookie")).toBeUndefined()
})

test("a HEAD request grants nothing", async ({ expect }) => {
  const { call, tokenOf, context } = await openAppTokenClient()
  const token = await tokenOf("Ann", "Reader")

  const answer = await call("HEAD", "/apptoken/grant", { token })

  expect(answer.status).toBe(404)
  expect(await context.store.appTokens.list({})).toHaveLength(1)
})
