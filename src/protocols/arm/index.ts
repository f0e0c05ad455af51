/**
 * The control plane as Azure Resource Manager speaks it: tenants, subscriptions, resource groups,
 * vaults, managed identities, role definitions and role assignments, and the anonymous cloud metadata.
 * It owns paths, parsing, shapes, paging and error bodies; it does not own any rule (domain/) nor who a
 * token speaks for (protocols/caller.ts).
 *
 * Order of a request: token, route, api-version, body, access, rules.
 *
 * Governing documents: contracts/entra.md 5, contracts/keyvault.md 6.5, contracts/az.md 2, 4 and 7.
 */
import type { FastifyInstance } from "fastify"
import type { SurfaceContext } from "../surface.ts"
import { sendError } from "./errors.ts"
import { answerMetadata } from "./metadata.ts"
import { setResponseHeaders } from "./response-headers.ts"
import { answerRoute } from "./routes.ts"

export interface ArmOptions {
  /** The one location that is listed; resources may name any. */
  region: string
}

/** What of the main site is ours; which operation it is, the table in routes.ts says. */
const ownPaths = ["/tenants", "/subscriptions", "/subscriptions/*", "/providers/*"]

const methods = ["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE"] as const

export function registerArm(site: FastifyInstance, surface: SurfaceContext, options: ArmOptions): void {
  const context = { ...surface, region: options.region }
  void site.register(async (scope) => {
    scope.setErrorHandler((error, request, reply) => sendError(context, error, request, reply))
    scope.addHook("onRequest", async (request, reply) => setResponseHeaders(request, reply))
    scope.get("/metadata/endpoints", (request) => answerMetadata(context, request))
    for (const url of ownPaths) {
      scope.route({
        method: [...methods],
        url,
        exposeHeadRoute: false,
        ...answerRoute(context),
      })
    }
  })
}
