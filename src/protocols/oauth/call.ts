import type { FastifyReply, FastifyRequest } from "fastify"
import type { SurfaceContext } from "../surface.ts"

/** One request to the token service: what every endpoint is given. */
export interface OAuthCall {
  context: SurfaceContext
  request: FastifyRequest
  reply: FastifyReply
  /** What stands for the tenant in the path, as sent; empty where nothing does. */
  tenantSegment: string
}

/** Which dialect of the protocol an endpoint speaks. The version of the token is the resource's business. */
export type EndpointVersion = "v1" | "v2"
