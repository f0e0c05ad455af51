/**
 * The installation as a whole: what its first start makes (tenant, subscription, administrator,
 * operator), how the credentials of that start reach a person or a script exactly once, whether the
 * server is ready, and what is cleaned up as time passes. It does not own the things it makes, each of
 * which has its own folder, nor what a seed file declares (seed/).
 *
 * Governing documents: DESIGN 2, docs/decisions/0007-first-start-and-handover.md.
 */
import type { DomainContext } from "../context.ts"
import { findInstallation } from "./installation-record.ts"

export { type Bootstrap, toBootstrap } from "./bootstrap.ts"
export { reserveBootstrapFile, type ReservedBootstrapFile } from "./bootstrap-file.ts"
export {
  confirmHandover,
  type FirstCredentials,
  firstResourceGroup,
  type FirstStartOptions,
  prepareInstallation,
} from "./first-start.ts"
export { keepHouse } from "./housekeeping.ts"
export { findOrMakeRootKeySalt } from "./root-key-salt.ts"
export { type Handover, type HandoverOptions, prepareHandover } from "./handover.ts"

/** Whether the store answers and the first start is complete, its credentials handed over. */
export async function isReady({ store }: DomainContext): Promise<boolean> {
  try {
    return (await findInstallation(store))?.handedOver ?? false
  } catch {
    return false
  }
}
