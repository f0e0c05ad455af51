/** The floor of any answer: a bare `node:http` or `node:https` server with the same JSON for every request. */
import { createServer as createHttpServer, type RequestListener } from "node:http"
import { createServer as createHttpsServer } from "node:https"
import type { AddressInfo } from "node:net"
import { answerRequests } from "../processes.ts"

export interface JsonServerRequest {
  /** The answer of every request. */
  body: string
  /** PEM; plain HTTP without it. */
  tls?: { key: string; cert: string }
}

answerRequests(async ({ body, tls }: JsonServerRequest) => {
  const listener: RequestListener = (_request, response) => {
    response.setHeader("content-type", "application/json; charset=utf-8")
    response.setHeader("content-length", Buffer.byteLength(body))
    response.end(body)
  }
  const server = tls ? createHttpsServer(tls, listener) : createHttpServer(listener)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return { port: (server.address() as AddressInfo).port }
})
