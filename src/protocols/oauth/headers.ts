import type { FastifyReply, FastifyRequest } from "fastify"
import type { DomainContext } from "../../domain/context.ts"
import { isGuid } from "../../guid.ts"
import { correlationIdOf } from "../correlation.ts"

const oneYearSeconds = 31_536_000

/** Headers of every answer, good or bad. Discovery documents, which may be kept, replace the caching ones. */
export function addStandingHeaders({ endpoints }: DomainContext) {
  let isLocal: boolean | undefined
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    reply.headers({
      "cache-control": "no-store, no-cache",
      pragma: "no-cache",
      expires: "-1",
      "x-content-type-options": "nosniff",
      "x-ms-request-id": request.id,
      "x-ms-ests-server": "keybearer",
    })
    // A browser would force HTTPS on everything else that a developer runs on localhost.
    isLocal ??= isLoopback(new URL(endpoints.authority).hostname)
    if (!isLocal) {
      reply.header("strict-transport-security", `max-age=${oneYearSeconds}; includeSubDomains`)
    }
    if (request.headers["return-client-request-id"] === "true") {
      reply.header("client-request-id", correlationOf(request))
    }
  }
}

/** Discovery documents may be kept, for as long as clients of Entra keep them anyway, and read by any page. */
export function allowCaching(reply: FastifyReply): FastifyReply {
  reply.removeHeader("pragma")
  reply.removeHeader("expires")
  return reply.headers({ "cache-control": "max-age=86400, private", "access-control-allow-origin": "*" })
}

/**
 * The client's name for the request. MSAL for JavaScript puts its own in the query, beside the name that its HTTP
 * pipeline gave the same request.
 */
export function correlationOf(request: FastifyRequest): string {
  const { "client-request-id": inQuery } = request.query as Record<string, unknown>
  const texts = [request.headers["client-request-id"], inQuery].filter((value) => typeof value === "string")
  return texts.find(isGuid)?.toLowerCase() ?? correlationIdOf(request)
}

function isLoopback(hostName: string): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(hostName) || hostName.endsWith(".localhost")
}
