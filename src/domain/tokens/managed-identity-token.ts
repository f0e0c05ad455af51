import type { ManagedIdentityRecord } from "../../storage/records.ts"
import { findResource, findServicePrincipalById } from "../applications/index.ts"
import type { DomainContext } from "../context.ts"
import { type DomainError, invalidInput, notFound } from "../errors.ts"
import { findManagedIdentity, managedIdentityResourceId } from "../managed-identities/index.ts"
import { revisionCache } from "../revision-cache/index.ts"
import { type IssuedToken, issueAppOnlyToken } from "./issue-token.ts"

/** Which user-assigned identity is meant. */
export type ManagedIdentitySelector = Parameters<typeof findManagedIdentity>[1]

export interface NewManagedIdentityToken {
  /** May be left out where there is one identity only. */
  selector: ManagedIdentitySelector | undefined
  requestedAudience: string
  /** Issues a new token even when the one before is good. */
  fresh?: boolean
}

export interface ManagedIdentityToken extends IssuedToken {
  clientId: string
}

const lifetimeSeconds = 24 * 3600

const issued = revisionCache<ManagedIdentityToken>([
  "signingKeys",
  "applications",
  "servicePrincipals",
  "managedIdentities",
])

/**
 * Issues a day's token to a managed identity. The same token is given again for half of its life.
 *
 * Whoever may reach the endpoint may have the token of any identity: a single machine's trust. Binding an identity
 * to the workload that asks has its place here.
 *
 * @throws DomainError `notFound` - no such managed identity, or no such resource
 * @throws DomainError `invalidInput` - several identities and none selected
 * @see contracts/entra.md 2.12, 3.1 and 3.7
 */
export async function issueManagedIdentityToken(
  context: DomainContext,
  request: NewManagedIdentityToken,
): Promise<ManagedIdentityToken> {
  const identity = await selectIdentity(context, request.selector)
  const cache = issued(context.store)
  const key = `${identity.id} ${request.requestedAudience}`
  const known = request.fresh === true ? undefined : cache.get(key)
  if (known !== undefined && known.expiresAt - context.clock.now() > lifetimeSeconds / 2) return known
  const token = await issue(context, identity, request.requestedAudience)
  cache.set(key, token)
  return token
}

async function issue(
  context: DomainContext,
  identity: ManagedIdentityRecord,
  requestedAudience: string,
): Promise<ManagedIdentityToken> {
  const servicePrincipal = await findServicePrincipalById(
    context,
    identity.tenantId,
    identity.servicePrincipalId,
  )
  if (servicePrincipal === undefined || !servicePrincipal.enabled) throw identityNotFound()
  const resource = await findResource(context, identity.tenantId, requestedAudience)
  if (resource === undefined) throw notFound("resource", "The resource was not found in the tenant")
  const token = await issueAppOnlyToken(context, {
    servicePrincipal,
    resource,
    requestedAudience,
    strength: "certificate",
    managedIdentityId: managedIdentityResourceId(identity),
    lifetimeSeconds,
  })
  return { ...token, clientId: identity.clientId }
}

async function selectIdentity(
  context: DomainContext,
  selector: ManagedIdentitySelector | undefined,
): Promise<ManagedIdentityRecord> {
  const found =
    selector === undefined ? await findOnlyIdentity(context) : await findManagedIdentity(context, selector)
  if (found === undefined) throw identityNotFound()
  return found
}

async function findOnlyIdentity({ store }: DomainContext): Promise<ManagedIdentityRecord | undefined> {
  const [found, other] = await store.managedIdentities.list({ limit: 2 })
  if (other === undefined) return found
  throw invalidInput(
    "managedIdentity",
    "selector",
    "There are several managed identities: name one by client_id, object_id or msi_res_id",
  )
}

function identityNotFound(): DomainError {
  return notFound("managedIdentity", "Identity not found")
}
