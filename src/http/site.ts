import { performance } from "node:perf_hooks"
import { fastify, type FastifyInstance, type FastifyRequest } from "fastify"
import type { Ids } from "../ids.ts"
import type { Log } from "./log.ts"

/** One application behind the listener: the surfaces that share a host name. */
export type Site = FastifyInstance

export interface SiteOptions {
  /** For the log: `vault`, `main`, `loopback`. */
  name: string
  ids: Ids
  log: Log
  /** Longer bodies are refused before they are read to the end. */
  maxBodyBytes: number
}

declare module "fastify" {
  interface FastifyRequest {
    /** When the request arrived, by the monotonic clock, in milliseconds. */
    arrivedAtMs: number
    /** Set by the surface once it knows who is asking; for the log. */
    callerId: string | undefined
  }
}

/**
 * An application with the habits every surface shares: ids, log line, bodies as bytes, letter case and
 * slashes of paths forgiven. Surfaces register into it and keep their own error and not-found bodies.
 */
export function createSite(options: SiteOptions): Site {
  const site = fastify({
    logger: false,
    bodyLimit: options.maxBodyBytes,
    genReqId: () => options.ids.guid(),
    requestIdHeader: false,
    schemaController: { compilersFactory: noSchemaCompilers },
    routerOptions: {
      caseSensitive: false,
      ignoreTrailingSlash: true,
      // Longer than any request line that the listener reads, so that every name reaches its surface.
      maxParamLength: 64 * 1024,
    },
    rewriteUrl: (request) => toPath(request.url ?? "/"),
  })
  site.decorateRequest("arrivedAtMs", 0)
  site.decorateRequest("callerId", undefined)
  site.addHook("onRequest", (request, _reply, done) => {
    request.arrivedAtMs = performance.now()
    done()
  })
  site.addHook("onResponse", (request, reply, done) => {
    logRequest(options, request, reply.statusCode)
    done()
  })
  acceptAnyBody(site)
  return site
}

/** Bodies are checked by the surfaces. Without these, Fastify would load two compilers for JSON schemas at every start. */
const noSchemaCompilers = { buildValidator: refuseSchema, buildSerializer: refuseSchema }

function refuseSchema(): never {
  throw new TypeError("Routes have no JSON schema here")
}

/**
 * Clients behind `HTTPS_PROXY` send plain-HTTP requests to us as to a proxy, with the whole address in the first line.
 *
 * @see RFC 9112 section 3.2.2, https://www.rfc-editor.org/rfc/rfc9112.html#section-3.2.2
 */
function toPath(requestTarget: string): string {
  const path = requestTarget.replace(/^https?:\/\/[^/?]*/i, "").replace(/^\/*/, "/")
  // A path that cannot be decoded stays as it is spelled, so that the surface refuses it in its own words.
  return isDecodable(path.split("?", 1)[0] ?? path) ? path : path.replaceAll("%", "%25")
}

function isDecodable(path: string): boolean {
  if (!path.includes("%")) return true
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}

/** Bodies stay bytes until the surface has decided who is asking and that the length is right. */
function acceptAnyBody(site: Site): void {
  site.removeAllContentTypeParsers()
  site.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body))
}

/** The query is left out: it can carry credentials on some surfaces. */
function logRequest({ name, log }: SiteOptions, request: FastifyRequest, status: number): void {
  log.info("request", {
    site: name,
    method: request.method,
    path: request.url.split("?", 1)[0] ?? "/",
    status,
    ms: Math.round((performance.now() - request.arrivedAtMs) * 10) / 10,
    requestId: request.id,
    caller: request.callerId,
  })
}
