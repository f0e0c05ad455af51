import type { ClientRequest, Agent as HttpAgent, IncomingMessage } from "node:http"
import { Agent as HttpsAgent, request as httpsRequest } from "node:https"
import { getCACertificates } from "node:tls"
import { parseErrorAnswer, SdkError } from "./errors.ts"
import { isLoopbackHost, lookup } from "./loopback.ts"

// `import` would read every export of node:http, among them those that load another HTTP client: 50 ms of each command.
const http = process.getBuiltinModule("node:http")

export interface HttpClientOptions {
  /**
   * Certificates (PEM) to trust in addition to the system's. For loopback names they are the only ones trusted
   * when given: no public authority certifies those.
   */
  extraCertificates?: readonly string[]
  /** From the first byte sent to the last byte read. Default 30,000. */
  timeoutMs?: number
  /** An answer beyond it is an error. Default 16 MiB. */
  maxAnswerBytes?: number
  userAgent?: string
  /** Where `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` are read. Loopback names never go through a proxy. */
  proxyEnvironment?: Readonly<Record<string, string | undefined>>
  /** Told after each exchange; for debugging output. It sees no header and no body. */
  onExchange?: (exchange: HttpExchange) => void
}

export interface HttpExchange {
  method: string
  url: string
  /** Undefined when no answer came. */
  status?: number
  durationMs: number
}

export interface HttpRequest {
  /** Default GET. */
  method?: string
  url: string | URL
  headers?: Readonly<Record<string, string>>
  body?: string | Uint8Array
}

export interface HttpAnswer {
  status: number
  /** Names in lower case; a header that came several times is joined by commas. */
  headers: Readonly<Record<string, string>>
  body: Buffer
}

/** Sends requests over kept-alive connections. Follows no redirect and retries no request that may have been acted on. */
export interface HttpClient {
  /** @throws SdkError `unreachable`, `untrusted`, `timeout`, `unexpectedAnswer`; every status is an answer */
  send(request: HttpRequest): Promise<HttpAnswer>
  close(): void
}

type Limits = Required<Pick<HttpClientOptions, "timeoutMs" | "maxAnswerBytes">>

export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const limits: Limits = {
    timeoutMs: options.timeoutMs ?? 30_000,
    maxAnswerBytes: options.maxAnswerBytes ?? 16 * 1024 * 1024,
  }
  const agents = createAgents(options)
  const userAgent = options.userAgent ?? "keybearer-sdk"

  const exchange = async (request: HttpRequest): Promise<HttpAnswer> => {
    const url = parseUrl(request.url)
    const startedMs = performance.now()
    let status: number | undefined
    try {
      const headers = { "user-agent": userAgent, ...request.headers }
      const answer = await sendOnce({ ...request, url, headers }, agents.find(url), limits)
      status = answer.status
      return answer
    } finally {
      const durationMs = performance.now() - startedMs
      const seen = { method: request.method ?? "GET", url: url.href, durationMs }
      options.onExchange?.(status === undefined ? seen : { ...seen, status })
    }
  }

  return {
    send: async (request) => {
      try {
        return await exchange(request)
      } catch (error) {
        if (!(error instanceof StaleConnection)) throw error
        return exchange(request)
      }
    },
    close: () => agents.close(),
  }
}

/** The answer, when it is one of success. @throws SdkError `refused` */
export function expectSuccess(answer: HttpAnswer): HttpAnswer {
  if (answer.status >= 200 && answer.status < 300) return answer
  throw parseErrorAnswer({ ...answer, text: answer.body.toString("utf8") })
}

/** The body as JSON; undefined when there is none. @throws SdkError `unexpectedAnswer` */
export function readJson({ body, status }: HttpAnswer): unknown {
  if (body.length === 0) return undefined
  try {
    return JSON.parse(body.toString("utf8"))
  } catch (cause) {
    throw new SdkError("unexpectedAnswer", "The answer is not JSON", { status, cause })
  }
}

/** A kept connection that the server had closed by the time it was used again: nothing was read from it. */
class StaleConnection extends Error {}

interface ParsedRequest extends HttpRequest {
  url: URL
}
type Agent = HttpAgent | HttpsAgent

function sendOnce(request: ParsedRequest, agent: Agent, { timeoutMs, maxAnswerBytes }: Limits) {
  const { url, method = "GET", headers, body } = request
  return new Promise<HttpAnswer>((resolve, reject) => {
    const start = url.protocol === "https:" ? httpsRequest : http.request
    const length = { "content-length": String(Buffer.byteLength(body ?? "")) }
    const sent: ClientRequest = start(url, {
      method,
      agent,
      headers: body === undefined && method === "GET" ? { ...headers } : { ...headers, ...length },
      signal: AbortSignal.timeout(timeoutMs),
    })
    const fail = (error: unknown) => reject(explainFailure(error, url))
    sent.on("error", (error) => {
      if (isStale(error, sent)) reject(new StaleConnection())
      else fail(error)
    })
    sent.on("response", (response) => {
      readBody(response, maxAnswerBytes).then(
        (read) => resolve({ status: response.statusCode ?? 0, headers: joinHeaders(response), body: read }),
        fail,
      )
    })
    sent.end(body)
  })
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maxBytes)
      throw new SdkError("unexpectedAnswer", `The answer is larger than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function joinHeaders({ headers }: IncomingMessage): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name, [value].flat().join(", ")])
  return Object.fromEntries(entries) as Record<string, string>
}

/** Errors of TLS that are about trust; all others are about the connection. */
const trustCodes = /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|ERR_TLS_CERT_ALTNAME)/

/** Only reading may be done twice. */
function isStale({ code }: NodeJS.ErrnoException, { method, reusedSocket }: ClientRequest): boolean {
  return reusedSocket && code === "ECONNRESET" && (method === "GET" || method === "HEAD")
}

function explainFailure(error: unknown, { origin }: URL): Error {
  if (error instanceof SdkError) return error
  const { code, name } = error as NodeJS.ErrnoException
  const fields = { code, cause: error }
  if (name === "AbortError" || name === "TimeoutError") {
    return new SdkError("timeout", `No answer from ${origin} in time`, fields)
  }
  if (code && trustCodes.test(code)) {
    return new SdkError("untrusted", `The certificate of ${origin} is not trusted: ${code}`, fields)
  }
  return new SdkError("unreachable", `Cannot reach ${origin}: ${code ?? "the connection failed"}`, fields)
}

/** One agent for this machine and one for all others, each for http and https; made when first needed. */
function createAgents({ extraCertificates = [], proxyEnvironment }: HttpClientOptions) {
  const made = new Map<string, Agent>()
  const make = (secure: boolean, local: boolean): Agent => {
    const proxy = !local && proxyEnvironment ? { proxyEnv: { ...proxyEnvironment } } : {}
    const common = { keepAlive: true, lookup, ...proxy }
    if (!secure) return new http.Agent(common)
    if (extraCertificates.length === 0) return new HttpsAgent(common)
    // Parsing the system's list takes 16 ms, which local calls need not pay.
    const system = local ? [] : getCACertificates("default")
    return new HttpsAgent({ ...common, ca: [...system, ...extraCertificates] })
  }
  return {
    find({ protocol, hostname }: URL): Agent {
      const local = isLoopbackHost(hostname)
      const key = `${protocol} ${local}`
      const agent = made.get(key) ?? make(protocol === "https:", local)
      made.set(key, agent)
      return agent
    },
    close: () => made.forEach((agent) => agent.destroy()),
  }
}

function parseUrl(input: string | URL): URL {
  const url = URL.canParse(input.toString()) ? new URL(input) : undefined
  if (url?.protocol === "https:" || url?.protocol === "http:") return url
  throw new SdkError("invalidInput", `Not a web address: "${input.toString()}"`)
}
