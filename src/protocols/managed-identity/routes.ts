import type { FastifyReply, FastifyRequest, HTTPMethods } from "fastify"
import type { Site } from "../../http/index.ts"
import { asksForLoopback } from "../loopback-host.ts"
import { ManagedIdentityError } from "./errors.ts"

export interface TokenRoute {
  path: string
  answer: (request: FastifyRequest) => Promise<object>
  answerError: (thrown: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply
}

const allButGet: HTTPMethods[] = ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

/** One form of the token endpoint, with what guards both: GET only, asked on this machine, by its own name. */
export function registerTokenRoute(site: Site, { path, answer, answerError }: TokenRoute): void {
  void site.register(async (surface) => {
    surface.setErrorHandler(answerError)
    surface.addHook("onRequest", async (request, reply) => {
      reply.headers({ "cache-control": "no-store", "x-ms-request-id": request.id })
      assertAskedHere(request)
    })
    surface.get(path, { exposeHeadRoute: false }, answer)
    surface.route({ method: allButGet, url: path, handler: refuseMethod })
  })
}

function refuseMethod(_request: FastifyRequest, reply: FastifyReply): never {
  reply.header("allow", "GET")
  throw new ManagedIdentityError("method", "The endpoint answers GET requests only")
}

/** What clients ask for; a redirect rule of this machine leaves the name in place. */
const instanceMetadataHost = "169.254.169.254"

/** A forwarded request is somebody else's (server-side request forgery). */
function assertAskedHere(request: FastifyRequest): void {
  if (!asksForLoopback(request, [instanceMetadataHost])) {
    throw new ManagedIdentityError("request", "The Host header does not name this machine's loopback address")
  }
  if (request.headers["x-forwarded-for"] !== undefined) {
    throw new ManagedIdentityError("request", "Forwarded requests (X-Forwarded-For) are refused")
  }
}
