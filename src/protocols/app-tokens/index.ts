/**
 * App tokens as PowerShell Universal's management API speaks of them, under `/api/v1` on the main site and
 * the loopback site. It owns its routes, how credentials are presented, the session cookie and its guard
 * against other web sites, and its bodies; it does not own any rule of a token, role or identity
 * (domain/app-tokens).
 *
 * Governing documents: STORIES D, contracts/app-tokens.md 1.2, 1.3, 1.8.
 */
import type { FastifyInstance, FastifyRequest } from "fastify"
import type { AppTokenCaller, AppTokenContext, AppTokenSettings } from "../../domain/app-tokens/index.ts"
import { basePath } from "../../wire/app-token.ts"
import type { SurfaceContext } from "../surface.ts"
import { authenticate } from "./credentials.ts"
import { answerAppTokenError, answerNotFound } from "./errors.ts"
import { type Route, routes } from "./routes.ts"
import { assertLoopbackHost, assertNotCrossSite } from "./same-origin.ts"

export interface AppTokenSurfaceOptions {
  settings: AppTokenSettings
  /** `loopback` speaks plain HTTP: cookies without Secure, and the Host header is checked. */
  site: "main" | "loopback"
}

export function registerAppTokens(
  site: FastifyInstance,
  surface: SurfaceContext,
  options: AppTokenSurfaceOptions,
): void {
  const context = { ...surface, appTokens: options.settings }
  site.register(
    async (scope) => {
      scope.setErrorHandler(answerAppTokenError(surface))
      scope.setNotFoundHandler(answerNotFound)
      scope.addHook("onRequest", async (request, reply) => {
        void reply.header("Cache-Control", "no-store")
        if (options.site === "loopback") assertLoopbackHost(request)
      })
      for (const route of routes) addRoute(scope, context, options, route)
    },
    { prefix: basePath },
  )
}

function addRoute(
  scope: FastifyInstance,
  context: AppTokenContext,
  { site }: AppTokenSurfaceOptions,
  route: Route,
): void {
  const secure = site === "main"
  const callers = new WeakMap<FastifyRequest, AppTokenCaller>()
  scope.route({
    method: route.method,
    url: route.path,
    // A HEAD that grants a token would lose it.
    exposeHeadRoute: !route.changes,
    // Before the body is read: strangers send none.
    onRequest: async (request) => {
      if (route.who === "anyone") {
        if (route.changes) assertNotCrossSite(request)
        return
      }
      const { caller, means } = await authenticate(context, request)
      request.callerId = `identity ${caller.identityId}`
      if (route.changes && means === "session") assertNotCrossSite(request)
      callers.set(request, caller)
    },
    handler: async (request, reply) => {
      if (route.who === "anyone") return route.run(context, { request, reply, secure })
      const caller = callers.get(request)
      if (caller === undefined) throw new TypeError("A handler ran before its caller was known")
      return route.run(context, caller, { request, reply, secure })
    },
  })
}
