import type { FastifyRequest } from "fastify"
import { isGuid } from "../guid.ts"

/** The id the client gave the request, when it is a GUID; otherwise the id the server gave it. */
export function correlationIdOf(request: FastifyRequest): string {
  const given = clientRequestId(request)
  return given !== undefined && isGuid(given) ? given.toLowerCase() : request.id
}

/** What the client called its request, as sent; for surfaces that echo it. */
export function clientRequestId(request: FastifyRequest): string | undefined {
  const { headers } = request
  const given = headers["x-ms-client-request-id"] ?? headers["client-request-id"]
  return typeof given === "string" && given.length <= 128 ? given : undefined
}
