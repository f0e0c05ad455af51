/**
 * The surfaces: one folder a protocol, with its routes and its error bodies. None imports another. What they share is
 * here: what a surface is registered with (this file), who is asking (caller.ts), for which host (loopback-host.ts),
 * what a request is called (correlation.ts), reading a JSON body (json-body.ts) and what the HTTP server refused before
 * (listener-refusal.ts). No rule of the product lives here; those are in domain/.
 *
 * Governing document: DESIGN 4.
 */
import type { DomainContext } from "../domain/context.ts"
import type { Log } from "../http/index.ts"

/** What a surface is registered with. */
export interface SurfaceContext extends DomainContext {
  readonly log: Log
}
