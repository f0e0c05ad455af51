import type { HTTPMethods } from "fastify"
import { adfsSegment, endpointPaths as paths, errorPagePath } from "../../wire/oauth.ts"
import type { OAuthCall } from "./call.ts"
import { answerConfiguration, answerAdfsConfiguration } from "./discovery.ts"
import { answerErrorPage, refuseMethod } from "./errors.ts"
import { answerInstanceDiscovery } from "./instance-discovery.ts"
import { answerKeys } from "./keys.ts"
import { answerToken } from "./token.ts"

interface Route {
  method: HTTPMethods | HTTPMethods[]
  path: string
  answer: (call: OAuthCall) => unknown
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
