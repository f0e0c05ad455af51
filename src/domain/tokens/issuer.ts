import type { DomainContext } from "../context.ts"
import { formatOf } from "./formats/index.ts"

/**
 * The issuer that tokens of a version name, on the host of the configuration and never on one that a request names.
 *
 * @param tenantId a GUID, or a placeholder where a document speaks of no tenant in particular
 */
export function issuerOf({ endpoints }: DomainContext, version: 1 | 2, tenantId: string): string {
  return formatOf(version).issuerOf(endpoints.authority, tenantId)
}
