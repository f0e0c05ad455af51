import type { FastifyReply, FastifyRequest, HTTPMethods } from "fastify"
import { adfsSegment, endpointPaths as paths, errorPagePath } from "../../wire/oauth.ts"
import type { SurfaceContext } from "../surface.ts"
import { answerConfiguration, answerAdfsConfiguration } from "./discovery.ts"
import { answerErrorPage, refuseMethod } from "./errors.ts"
import { answerInstanceDiscovery } from "./instance-discovery.ts"
import { answerKeys } from "./keys.ts"
import { answerToken } from "./token.ts"

/** One request to the token service. */
export interface Exchange {
  context: SurfaceContext
  request: FastifyRequest
  reply: FastifyReply
  /** What stands for the tenant in the path, as sent; empty where nothing does. */
  tenantSegment: string
}

/** Which dialect of the protocol an endpoint speaks. The version of the token is the resource's business. */
export type EndpointVersion = "v1" | "v2"

interface Route {
  method: HTTPMethods | HTTPMethods[]
  path: string
  answer: (exchange: Exchange) => unknown
}

const tenant = "/:tenant"
const allButPost: HTTPMethods[] = ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"]

// prettier-ignore
export const routes: readonly Route[] = [
  { method: "GET",      path: `${tenant}${paths.instanceDiscovery}`,                     answer: answerInstanceDiscovery },

  { method: "GET",      path: `${tenant}${paths.openidConfigurationV2}`,                 answer: answerConfiguration("v2") },
  { method: "GET",      path: `${tenant}${paths.openidConfigurationV1}`,                 answer: answerConfiguration("v1") },
  { method: "GET",      path: `/${adfsSegment}${paths.openidConfigurationV1}`,           answer: answerAdfsConfiguration },
  { method: "GET",      path: `/${adfsSegment}${tenant}${paths.openidConfigurationV1}`,  answer: answerAdfsConfiguration },

  { method: "GET",      path: `${tenant}${paths.keysV2}`,                                answer: answerKeys("v2") },
  { method: "GET",      path: `${tenant}${paths.keysV1}`,                                answer: answerKeys("v1") },

  { method: "POST",     path: `${tenant}${paths.tokenV2}`,                               answer: answerToken("v2") },
  { method: "POST",     path: `${tenant}${paths.tokenV1}`,                               answer: answerToken("v1") },
  { method: allButPost, path: `${tenant}${paths.tokenV2}`,                               answer: refuseMethod },
  { method: allButPost, path: `${tenant}${paths.tokenV1}`,                               answer: refuseMethod },

  { method: "GET",      path: errorPagePath,                                             answer: answerErrorPage },
]
