/**
 * How a client proves to the authority that it is the application it names: one file a proof, one table of proofs.
 * A new proof (federated credential, mutual TLS) is a file and a line of the table. Also the shared secret of the
 * App Service endpoint. It does not own the registered credentials (applications/) or what a proven client may
 * have (tokens/).
 *
 * Governing documents: contracts/entra.md 2.2-2.4, RFC 6749 section 2.3, RFC 7523.
 */
import { isGuid, nilGuid } from "../../guid.ts"
import type { ApplicationRecord, ServicePrincipalRecord } from "../../storage/records.ts"
import { findApplication, findServicePrincipal } from "../applications/index.ts"
import type { DomainContext } from "../context.ts"
import { DomainError, notFound } from "../errors.ts"
import { clientAssertion } from "./client-assertion.ts"
import type { ClaimedClient, ClientProof } from "./client-proof.ts"
import { clientSecret } from "./client-secret.ts"

export { identityHeaderOf, isIdentityHeader } from "./identity-header.ts"

const proofs = {
  clientSecret,
  clientAssertion,
} satisfies Record<string, ClientProof>

export type ProofKind = keyof typeof proofs

export interface ClientToAuthenticate {
  tenantId: string
  appId: string
  proof: { kind: ProofKind; presented: string }
  audiences: ClaimedClient["audiences"]
}

export interface AuthenticatedClient {
  application: ApplicationRecord
  servicePrincipal: ServicePrincipalRecord
  strength: ClientProof["strength"]
}

/**
 * Answers the application that a client proved to be.
 *
 * @throws DomainError `invalidInput` on `application` - the client id is no GUID
 * @throws DomainError `notFound` on `application` - it is not in the tenant
 * @throws DomainError `conflict` on `servicePrincipal` - `disabled`
 * @throws DomainError `unauthenticated` on `managedIdentity` - it has no credential to prove itself with
 * @throws DomainError what the proof throws
 */
export async function authenticateClient(
  context: DomainContext,
  { tenantId, appId, proof, audiences }: ClientToAuthenticate,
): Promise<AuthenticatedClient> {
  const registered = await findRegistered(context, tenantId, appId)
  const { strength } = proofs[proof.kind]
  await proofs[proof.kind].verify(
    context,
    { application: registered.application, audiences },
    proof.presented,
  )
  // After the proof, so that only the application itself learns that it is disabled.
  if (!registered.servicePrincipal.enabled) {
    throw new DomainError("conflict", "servicePrincipal", {
      reason: "disabled",
      detail: `Application "${registered.application.appId}" is disabled`,
    })
  }
  return { ...registered, strength }
}

async function findRegistered(
  context: DomainContext,
  tenantId: string,
  appId: string,
): Promise<Omit<AuthenticatedClient, "strength">> {
  if (!isGuid(appId) || appId === nilGuid) {
    throw new DomainError("invalidInput", "application", {
      target: "appId",
      reason: "malformed",
      detail: "A client id is a GUID",
    })
  }
  const servicePrincipal = await findServicePrincipal(context, tenantId, appId)
  if (servicePrincipal?.kind === "managedIdentity") {
    throw new DomainError("unauthenticated", "managedIdentity", {
      detail: `"${servicePrincipal.appId}" is a managed identity`,
    })
  }
  const application = await findApplication(context, tenantId, appId)
  if (servicePrincipal === undefined || application === undefined) {
    throw notFound("application", `Application "${appId.toLowerCase()}" is not in tenant "${tenantId}"`)
  }
  return { application, servicePrincipal }
}
