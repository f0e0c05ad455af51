import { get, type IncomingMessage } from "node:http"
import { json } from "node:stream/consumers"
import { describe, expect, test } from "vitest"
import { randomIds } from "../ids.ts"
import { createLog } from "./log.ts"
import { createSite } from "./site.ts"

function openSite(maxBodyBytes = 1024) {
  const lines: string[] = []
  const log = createLog({
    level: "info",
    format: "json",
    destination: { write: (line) => void lines.push(line) },
  })
  const site = createSite({ name: "main", ids: randomIds, log, maxBodyBytes })
  site.get("/things/:name", async (request) => request.params)
  site.post("/things", async (request) => ({ bytes: (request.body as Buffer | undefined)?.length ?? 0 }))
  return { site, lines }
}

describe("a site", () => {
  test("ignores letter case of paths, trailing and leading slashes, but keeps the case of names", async () => {
    const { site } = openSite()

    const plain = await site.inject("/things/MyThing")
    const variants = await Promise.all(
      ["/THINGS/MyThing", "/things/MyThing/", "//things/MyThing"].map((url) => site.inject(url)),
    )

    expect(plain.json()).toEqual({ name: "MyThing" })
    for (const variant of variants) expect(variant.json()).toEqual({ name: "MyThing" })
  })

  test("answers a request whose first line holds the whole address, as a proxy gets it", async () => {
    const { site } = openSite()
    const address = await site.listen({ host: "127.0.0.1", port: 0 })
    const { hostname, port } = new URL(address)

    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get({ hostname, port, path: `${address}/things/a` }, resolve).on("error", reject)
    })

    expect(await json(response)).toEqual({ name: "a" })
    await site.close()
  })

  test("hands over any body as bytes, whatever its content type", async () => {
    const { site } = openSite()

    for (const type of ["application/json", "application/x-www-form-urlencoded", "no/such-type"]) {
      const response = await site.inject({
        method: "POST",
        url: "/things",
        headers: { "content-type": type },
        body: "{not json",
      })
      expect(response.json()).toEqual({ bytes: 9 })
    }
  })

  test("accepts an empty body under a JSON content type", async () => {
    const { site } = openSite()

    const response = await site.inject({
      method: "POST",
      url: "/things",
      headers: { "content-type": "application/json" },
    })

    expect(response.json()).toEqual({ bytes: 0 })
  })

  test("refuses a body over the limit", async () => {
    const { site } = openSite(10)

    const response = await site.inject({ method: "POST", url: "/things", body: "x".repeat(11) })

    expect(response.statusCode).toBe(413)
  })

  test("writes one log line a request, without the query", async () => {
    const { site, lines } = openSite()

    await site.inject("/things/a?code=very-secret")

    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      level: 30,
      time: expect.any(String),
      msg: "request",
      site: "main",
      method: "GET",
      path: "/things/a",
      status: 200,
      ms: expect.any(Number),
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
  })
})

describe("createLog()", () => {
  test("writes text for a person, with the cause of an error below it", () => {
    const lines: string[] = []
    const log = createLog({
      level: "info",
      format: "text",
      destination: { write: (line) => void lines.push(line) },
    })

    log.info("request", { status: 200 })
    log.error("failed", new Error("no disk"), { requestId: "r" })

    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d request status=200\n$/)
    expect(lines[1]).toMatch(/^\d\d:\d\d:\d\d error failed requestId=r\nError: no disk\n/)
  })
})
