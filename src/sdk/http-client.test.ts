import { createServer, type RequestListener, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { afterEach, describe, test } from "vitest"
import { createHttpClient, expectSuccess, type HttpExchange, readJson } from "./http-client.ts"

const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)))
  return `http://anything.localhost:${(server.address() as AddressInfo).port}`
}

describe("a request", () => {
  test("reaches a name below localhost that no system resolves, body and headers whole", async ({
    expect,
  }) => {
    const url = await serve((request, response) => {
      request.setEncoding("utf8").on("data", (body: string) => {
        const { method, headers, url } = request
        response.setHeader("x-seen", "yes").end(
          JSON.stringify({
            method,
            url,
            agent: headers["user-agent"],
            length: headers["content-length"],
            own: headers["x-own"],
            body,
          }),
        )
      })
    })
    const http = createHttpClient({ userAgent: "test" })

    const answer = await http.send({
      method: "PUT",
      url: `${url}/a?b=c`,
      body: "grüße",
      headers: { "x-own": "1" },
    })

    expect(answer.status).toBe(200)
    expect(answer.headers["x-seen"]).toBe("yes")
    expect(readJson(answer)).toEqual({
      method: "PUT",
      url: "/a?b=c",
      agent: "test",
      length: "7",
      own: "1",
      body: "grüße",
    })
  })

  test("follows no redirect", async ({ expect }) => {
    const url = await serve((_request, response) =>
      response.writeHead(302, { location: "http://example.com" }).end(),
    )

    const answer = await createHttpClient().send({ url })

    expect([answer.status, answer.headers.location]).toEqual([302, "http://example.com"])
  })

  test("is sent again when the kept connection was closed meanwhile", async ({ expect }) => {
    let requests = 0
    const url = await serve((request, response) => {
      if (++requests === 2) request.socket.resetAndDestroy()
      else response.end("ok")
    })
    const http = createHttpClient()
    await http.send({ url })

    const answer = await http.send({ url })

    expect([answer.status, requests]).toEqual([200, 3])
  })

  test("that changes something is not sent again: it may have been acted on", async ({ expect }) => {
    let requests = 0
    const url = await serve((request, response) => {
      if (++requests === 2) request.socket.resetAndDestroy()
      else response.end("ok")
    })
    const http = createHttpClient()
    await http.send({ url })

    await expect(http.send({ url, method: "PUT", body: "x" })).rejects.toMatchObject({ kind: "unreachable" })

    expect(requests).toBe(2)
  })

  test("tells each exchange by method, address and status", async ({ expect }) => {
    const url = await serve((_request, response) => response.writeHead(404).end())
    const seen: HttpExchange[] = []

    await createHttpClient({ onExchange: (exchange) => seen.push(exchange) }).send({ url: `${url}/x` })

    expect(seen).toEqual([{ method: "GET", url: `${url}/x`, status: 404, durationMs: expect.any(Number) }])
  })
})

describe("a failure", () => {
  test("is unreachable when nobody listens", async ({ expect }) => {
    const url = await serve(() => undefined)
    servers.splice(0).forEach((server) => server.close())

    await expect(createHttpClient().send({ url })).rejects.toMatchObject({
      kind: "unreachable",
      code: "ECONNREFUSED",
      message: `Cannot reach ${url}: ECONNREFUSED`,
    })
  })

  test("is a timeout when no answer comes", async ({ expect }) => {
    const url = await serve(() => undefined)

    await expect(createHttpClient({ timeoutMs: 20 }).send({ url })).rejects.toMatchObject({ kind: "timeout" })
  })

  test("is a timeout when the answer does not end", async ({ expect }) => {
    const url = await serve((_request, response) => void response.write("part"))

    await expect(createHttpClient({ timeoutMs: 60 }).send({ url })).rejects.toMatchObject({ kind: "timeout" })
  })

  test("is an unexpected answer when the body is larger than allowed", async ({ expect }) => {
    const url = await serve((_request, response) => response.end("x".repeat(101)))

    await expect(createHttpClient({ maxAnswerBytes: 100 }).send({ url })).rejects.toMatchObject({
      kind: "unexpectedAnswer",
      message: "The answer is larger than 100 bytes",
    })
  })

  test.for(["", "localhost", "ftp://localhost", "file:///etc/passwd"])(
    "is of input for %j",
    async (url, { expect }) => {
      await expect(createHttpClient().send({ url })).rejects.toMatchObject({ kind: "invalidInput" })
    },
  )
})

describe("an answer", () => {
  const answer = (status: number, body: string) => ({ status, headers: {}, body: Buffer.from(body) })

  test("of success is passed on, any other is thrown", ({ expect }) => {
    expect(expectSuccess(answer(204, "")).status).toBe(204)
    expect(() => expectSuccess(answer(302, ""))).toThrow("The server answered 302 without a reason")
    expect(() => expectSuccess(answer(500, "broken"))).toThrow("broken")
  })

  test("is read as JSON, or as nothing", ({ expect }) => {
    expect(readJson(answer(200, '{"a":1}'))).toEqual({ a: 1 })
    expect(readJson(answer(200, ""))).toBe(undefined)
    expect(() => readJson(answer(200, "<html>"))).toThrow("The answer is not JSON")
  })
})
