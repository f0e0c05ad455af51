/**
 * The grants of the token endpoint: one file a grant, one table. A new grant is a file and a line. A grant says what it
 * demands of the client and issues; the phases around it are token.ts, so that none of them can be forgotten.
 *
 * Governing documents: contracts/entra.md 2.5, RFC 6749 section 4.
 */
import { grantTypes } from "../../../wire/oauth.ts"
import { clientCredentials } from "./client-credentials.ts"
import type { Grant } from "./grant.ts"

export type { Grant } from "./grant.ts"

const grants: ReadonlyMap<string, Grant> = new Map([[grantTypes.clientCredentials, clientCredentials]])

export function findGrant(grantType: string): Grant | undefined {
  return grants.get(grantType)
}
