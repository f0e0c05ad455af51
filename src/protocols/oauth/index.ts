/**
 * The token service as Microsoft Entra ID speaks it: discovery, key sets and the token endpoint, v1 and v2, for
 * every spelling of a tenant. Routes are in routes.ts, one file an endpoint, one file a grant in grants/. It does
 * not own who is who (domain/client-authentication) or what a token says (domain/tokens). Sign-in pages, device
 * code and user grants have their place here.
 *
 * Governing documents: contracts/entra.md 1, 2 and 6, contracts/az.md 1 and 3, RFC 6749.
 */
import type { Site } from "../../http/index.ts"
import type { SurfaceContext } from "../surface.ts"
import { answerOAuthError } from "./errors.ts"
import { addStandingHeaders } from "./headers.ts"
import { routes } from "./routes.ts"

/** A form of the token endpoint is parameters and one assertion. */
const maxBodyBytes = 64 * 1024

export function registerOAuth(site: Site, context: SurfaceContext): void {
  void site.register(async (surface) => {
    surface.setErrorHandler(answerOAuthError(context))
    surface.addHook("onRequest", addStandingHeaders(context))
    for (const { method, path, answer } of routes) {
      surface.route({
        method,
        url: path,
        bodyLimit: maxBodyBytes,
        handler: (request, reply) =>
          answer({ context, request, reply, tenantSegment: segmentOf(request.params) }),
      })
    }
  })
}

function segmentOf(params: unknown): string {
  return (params as { tenant?: string }).tenant ?? ""
}
