/** Plain HTTP requests to a served keybearer, by any name of it: every name leads to this machine, without DNS. */
import { readFileSync } from "node:fs"
import { type IncomingMessage, request as requestHttp } from "node:http"
import { Agent, request as requestHttps } from "node:https"
import type { LookupFunction } from "node:net"
import { text } from "node:stream/consumers"
import type { Bootstrap } from "../src/domain/installation/bootstrap.ts"

export interface Question {
  method?: string
  url: string
  headers?: Record<string, string>
  body?: string
}

export interface Answer {
  status: number
  headers: IncomingMessage["headers"]
  body: string
}

export class Asker {
  readonly #agent: Agent

  constructor({ caCertificate }: Pick<Bootstrap, "caCertificate">) {
    this.#agent = new Agent({ ca: readFileSync(caCertificate), keepAlive: true, lookup: toLoopback })
  }

  /** @throws when the connection fails, whatever the answer's status */
  async ask({ method = "GET", url, headers = {}, body = "" }: Question): Promise<Answer> {
    const options = { method, headers: { ...headers, "content-length": Buffer.byteLength(body) } }
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = url.startsWith("https:")
        ? requestHttps(url, { ...options, agent: this.#agent })
        : requestHttp(url, options)
      request.on("error", reject).on("response", resolve).end(body)
    })
    return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) }
  }

  /** @throws when the status is not 2xx */
  async askOk(question: Question): Promise<Answer> {
    const answer = await this.ask(question)
    if (answer.status >= 200 && answer.status < 300) return answer
    throw new Error(`${question.method ?? "GET"} ${question.url} answered ${answer.status}: ${answer.body}`)
  }

  /** Ends the connections that wait for a next request. */
  close(): void {
    this.#agent.destroy()
  }
}

const toLoopback: LookupFunction = (_host, options, answer) => {
  if (options.all) answer(null, [{ address: "127.0.0.1", family: 4 }])
  else answer(null, "127.0.0.1", 4)
}
