/**
 * Health, for process supervisors and load balancers: `/health/live` says that the process runs,
 * `/health/ready` that it can answer from its store. Anonymous, on every listener, tells nothing else. It
 * does not own what being ready means (domain/installation).
 *
 * Governing document: docs/decisions/0007-first-start-and-handover.md.
 */
import type { FastifyInstance } from "fastify"
import type { DomainContext } from "../../domain/context.ts"
import { isReady } from "../../domain/installation/index.ts"

/** What the server still has to do before it is ready, such as applying a seed file. */
export interface Startup {
  complete: boolean
}

export function registerHealth(site: FastifyInstance, context: DomainContext, startup: Startup): void {
  site.get("/health/live", async () => ({ status: "live" }))
  site.get("/health/ready", async (_request, reply) => {
    if (startup.complete && (await isReady(context))) return { status: "ready" }
    return reply.code(503).send({ status: "unavailable" })
  })
}
