import type { FastifyReply, FastifyRequest } from "fastify"
import { responseHeaders } from "../../wire/arm.ts"
import { clientRequestId, correlationIdOf } from "../correlation.ts"

/** @see contracts/entra.md 5.2 */
export function setResponseHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(responseHeaders)
  reply.header("x-ms-request-id", request.id)
  reply.header("x-ms-correlation-request-id", correlationIdOf(request))
  const echoed = clientRequestId(request)
  if (echoed !== undefined && request.headers["x-ms-return-client-request-id"] === "true") {
    reply.header("x-ms-client-request-id", echoed)
  }
}
