import { describe, test } from "vitest"
import { openAppTokenClient } from "../../../test/app-token-client.ts"
import { type Route, routes } from "./routes.ts"

const everybody = ["nobody", "Deployers", "User", "Reader", "Operator", "Administrator"] as const

/** Whom each kind of route lets in; it answers 401 to the others when they are nobody, else 403. */
const admitted: Record<Route["who"], readonly string[]> = {
  anyone: everybody,
  caller: everybody.slice(1),
  management: ["Reader", "Operator", "Administrator"],
  administrator: ["Administrator"],
}

// The table says who may call; the domain holds most of it. This keeps the two together.
describe.each(routes)("$method $path is for $who", ({ method, path, who }) => {
  test.for(everybody)("called by %s", async (role, { expect }) => {
    const { call, tokenOf } = await openAppTokenClient()
    const token = role === "nobody" ? undefined : await tokenOf("Caller", role)
    const body = method === "POST" ? { name: "New", token: "no token" } : undefined

    const { status } = await call(method, path.replace(":id", "1"), { token, body })

    if (admitted[who].includes(role)) expect([200, 400, 404]).toContain(status)
    else expect(status).toBe(role === "nobody" ? 401 : 403)
  })
})

test("a path that is not there is answered in the words of this surface", async ({ expect }) => {
  const { call } = await openAppTokenClient()

  const answer = await call("GET", "/nothing")

  expect(answer.status).toBe(404)
  expect(answer.body).toEqual({ errorMessage: "There is no such route", code: "notFound" })
})

test("/alive, /accessible and /version say so", async ({ expect }) => {
  const { call, tokenOf } = await openAppTokenClient()
  const token = await tokenOf("Ann", "User")

  expect(await call("GET", "/alive")).toMatchObject({ status: 200, body: { loading: false } })
  expect(await call("GET", "/accessible", { token })).toMatchObject({ status: 200, body: "" })
  expect(await call("GET", "/version", { token })).toMatchObject({ status: 200, body: "5.6.13" })
})
