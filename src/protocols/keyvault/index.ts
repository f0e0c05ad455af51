/**
 * The Key Vault data plane, on the host name of a vault: secrets and certificates. It owns paths, parsing,
 * shapes, ids, paging and error bodies of the REST API; it does not own any rule of a vault (domain/) nor
 * who a token speaks for (protocols/caller.ts).
 *
 * Order of a request: challenge, vault, api-version, route, body. Clients send their first request without
 * token and with its body stripped, and have to be told 401 whatever else is wrong with it.
 *
 * Governing documents: contracts/keyvault.md 0-3 and 5.1, contracts/az.md 8.
 */
import type { FastifyInstance } from "fastify"
import type { SurfaceContext } from "../surface.ts"
import { authenticateCall } from "./call.ts"
import { routeNotFound, sendError } from "./errors.ts"
import { setResponseHeaders } from "./response-headers.ts"
import { registerRoutes } from "./routes.ts"

export function registerKeyVault(site: FastifyInstance, context: SurfaceContext): void {
  void site.register(async (scope) => {
    scope.decorateRequest("vaultCall", undefined)
    scope.decorateRequest("challengeTenantId", undefined)
    scope.setErrorHandler((error, request, reply) => sendError(context, error, request, reply))
    scope.setNotFoundHandler((request) => {
      throw routeNotFound(request)
    })
    scope.addHook("onRequest", async (request, reply) => setResponseHeaders(request, reply))
    scope.addHook("onRequest", async (request, reply) => authenticateCall(context, request, reply))
    registerRoutes(scope)
  })
}
