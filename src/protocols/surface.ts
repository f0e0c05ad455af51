import type { DomainContext } from "../domain/context.ts"
import type { Log } from "../http/index.ts"

/** What a surface is registered with. */
export interface SurfaceContext extends DomainContext {
  readonly log: Log
}
