import { isGuid } from "../../guid.ts"
import type { ApplicationRecord } from "../../storage/records.ts"
import type { DomainContext, Endpoints } from "../context.ts"
import { revisionCache } from "../revision-cache/index.ts"
import { findApplication } from "./find-application.ts"

/** The resources of keybearer's own, which every tenant has. */
export type WellKnownResource = "vault" | "resourceManager" | "graph"

/** An API that tokens are for. */
export interface Resource {
  appId: string
  displayName: string
  /** Decides the format of its tokens, whichever endpoint was asked. */
  accessTokenVersion: 1 | 2
  wellKnown: WellKnownResource | undefined
}

interface WellKnownRow {
  appId: string
  displayName: string
  identifierUris: (endpoints: Endpoints) => string[]
}

/**
 * Azure's identifiers beside our own, so that clients made for Azure ask for the right thing. With and without a
 * slash at the end is the same (`isAudienceOf`).
 *
 * @see contracts/entra.md 4 (well-known appIds)
 */
const wellKnownResources: Readonly<Record<WellKnownResource, WellKnownRow>> = {
  vault: {
    appId: "cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
    displayName: "Azure Key Vault",
    identifierUris: ({ vaultResource }) => ["https://vault.azure.net", vaultResource],
  },
  resourceManager: {
    appId: "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    displayName: "Azure Resource Manager",
    identifierUris: ({ resourceManager }) => [
      "https://management.azure.com/",
      "https://management.core.windows.net/",
      resourceManager,
    ],
  },
  graph: {
    appId: "00000003-0000-0000-c000-000000000000",
    displayName: "Microsoft Graph",
    // Our own origin is not among them: it is the resource manager's, whose tokens must not open Graph.
    identifierUris: () => ["https://graph.microsoft.com"],
  },
}

const byIdentifierUri = revisionCache<ReadonlyMap<string, ApplicationRecord>>(["applications"])

/**
 * The resource that a tenant knows under an identifier URI or client id; letter case and one slash at the end are
 * ignored.
 */
export async function findResource(
  context: DomainContext,
  tenantId: string,
  uriOrAppId: string,
): Promise<Resource | undefined> {
  const wanted = fold(uriOrAppId)
  for (const name of Object.keys(wellKnownResources) as WellKnownResource[]) {
    const { appId, displayName } = wellKnownResources[name]
    if (audiencesOf(context.endpoints, name).includes(wanted)) {
      return { appId, displayName, accessTokenVersion: 1, wellKnown: name }
    }
  }
  const application = isGuid(wanted)
    ? await findApplication(context, tenantId, wanted)
    : (await applicationsByIdentifierUri(context, tenantId)).get(wanted)
  if (application === undefined) return undefined
  const { appId, displayName, accessTokenVersion } = application
  return { appId, displayName, accessTokenVersion, wellKnown: undefined }
}

/** Whether a token with this audience is for the resource. */
export function isAudienceOf(endpoints: Endpoints, name: WellKnownResource, audience: string): boolean {
  return audiencesOf(endpoints, name).includes(fold(audience))
}

/** Folded. */
function audiencesOf(endpoints: Endpoints, name: WellKnownResource): string[] {
  const { appId, identifierUris } = wellKnownResources[name]
  return [appId, ...identifierUris(endpoints).map(fold)]
}

async function applicationsByIdentifierUri(
  { store }: DomainContext,
  tenantId: string,
): Promise<ReadonlyMap<string, ApplicationRecord>> {
  const cache = byIdentifierUri(store)
  let known = cache.get(tenantId)
  if (known === undefined) {
    const applications = await store.applications.list({ where: { tenantId } })
    known = new Map(applications.flatMap((one) => one.identifierUris.map((uri) => [fold(uri), one] as const)))
    cache.set(tenantId, known)
  }
  return known
}

function fold(identifier: string): string {
  return identifier.toLowerCase().replace(/\/$/, "")
}
