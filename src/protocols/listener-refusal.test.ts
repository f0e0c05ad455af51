import { fastify } from "fastify"
import { afterAll, describe, expect, test } from "vitest"
import { findListenerRefusal } from "./listener-refusal.ts"

const site = fastify({ bodyLimit: 8 })
site.setErrorHandler((error, _request, reply) =>
  reply.code(200).send({ refusal: findListenerRefusal(error) }),
)
site.post("/", async () => "ok")
site.get("/broken", async () => {
  throw new TypeError("A fault of ours")
})
afterAll(() => site.close())

describe("a request that the HTTP server refuses", () => {
  test("has a body over the limit", async () => {
    const response = await site.inject({ method: "POST", url: "/", payload: { long: "enough" } })

    expect(response.json()).toEqual({ refusal: "bodyTooLarge" })
  })

  test("has a body that its headers do not fit", async () => {
    const headers = { "content-type": "text/unheard-of" }
    const response = await site.inject({ method: "POST", url: "/", payload: "short", headers })

    expect(response.json()).toEqual({ refusal: "malformed" })
  })

  test("is not one that met a fault of ours", async () => {
    const response = await site.inject("/broken")

    expect(response.json()).toEqual({})
  })

  test.for([undefined, null, "text", { statusCode: 500 }, { statusCode: "413" }])(
    "is not whatever else may be thrown: %j",
    (thrown) => {
      expect(findListenerRefusal(thrown)).toBeUndefined()
    },
  )
})
