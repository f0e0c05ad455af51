import type { FastifyReply, FastifyRequest, HTTPMethods } from "fastify"
import type { Site } from "../../http/index.ts"
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

const ownNames = ["localhost", "127.0.0.1", "[::1]", "169.254.169.254"]

/**
 * Another host name is a page that had its own name point here (DNS rebinding); 169.254.169.254 is what a redirect rule
 * of this machine leaves in place. A forwarded request is somebody else's (server-side request forgery).
 */
function assertAskedHere({ headers }: FastifyRequest): void {
  const name = (headers.host ?? "").toLowerCase().replace(/:\d+$/, "")
  if (!ownNames.includes(name)) {
    throw new ManagedIdentityError("request", "The Host header does not name this machine's loopback address")
  }
  if (headers["x-forwarded-for"] !== undefined) {
    throw new ManagedIdentityError("request", "Forwarded requests (X-Forwarded-For) are refused")
  }
}
