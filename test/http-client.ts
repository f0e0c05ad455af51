/** An `HttpClient` of the SDK that answers from a table and remembers what it was asked. */
import type { HttpAnswer, HttpClient, HttpRequest } from "../src/sdk/index.ts"

export interface ToldAnswer {
  status?: number
  headers?: Record<string, string>
  /** Sent as JSON unless it is text. */
  body?: unknown
}

export interface AnsweringClient extends HttpClient {
  readonly asked: HttpRequest[]
}

/** By method and address without its query: `GET https://localhost/x`. @throws for what the table does not know */
export function answering(
  table: Record<string, ToldAnswer | ((request: HttpRequest) => ToldAnswer)>,
): AnsweringClient {
  const asked: HttpRequest[] = []
  return {
    asked,
    send: async (request) => {
      asked.push(request)
      const { origin, pathname } = new URL(request.url)
      const told = table[`${request.method ?? "GET"} ${origin}${pathname}`]
      if (told === undefined)
        throw new TypeError(`Nothing answers ${request.method ?? "GET"} ${request.url.toString()}`)
      return toAnswer(typeof told === "function" ? told(request) : told)
    },
    close: () => undefined,
  }
}

function toAnswer({ status = 200, headers = {}, body }: ToldAnswer): HttpAnswer {
  const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body)
  return { status, headers, body: Buffer.from(text) }
}
