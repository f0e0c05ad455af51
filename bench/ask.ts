/** One request of the preparation, to any name of the server: every name leads to this machine. */
import { readFileSync } from "node:fs"
import { type IncomingMessage, request as requestHttp } from "node:http"
import { request as requestHttps } from "node:https"
import { text } from "node:stream/consumers"
import type { LookupFunction } from "node:net"
import type { Bootstrap } from "../src/domain/installation/bootstrap.ts"

export interface Question {
  method?: string
  url: string
  headers?: Record<string, string>
  body?: string
}

const toLoopback: LookupFunction = (_host, options, answer) => {
  if (options.all) answer(null, [{ address: "127.0.0.1", family: 4 }])
  else answer(null, "127.0.0.1", 4)
}

export async function askFully(
  { caCertificate }: Bootstrap,
  { method = "GET", url, headers = {}, body = "" }: Question,
): Promise<{ body: string; cookies: string[] }> {
  const options = {
    method,
    headers: { ...headers, "content-length": Buffer.byteLength(body) },
    lookup: toLoopback,
  }
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = url.startsWith("https:")
      ? requestHttps(url, { ...options, ca: readFileSync(caCertificate) })
      : requestHttp(url, options)
    request.on("error", reject).on("response", resolve).end(body)
  })
  const answer = await text(response)
  const { statusCode = 0, headers: answered } = response
  if (statusCode >= 300) throw new Error(`${method} ${url} answered ${statusCode}: ${answer}`)
  return { body: answer, cookies: answered["set-cookie"] ?? [] }
}

/** Answers the body. @throws when the status is not 2xx */
export async function ask(bootstrap: Bootstrap, question: Question): Promise<string> {
  return (await askFully(bootstrap, question)).body
}
