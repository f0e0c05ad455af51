import type { Endpoints } from "../context.ts"
import type { FirstCredentials } from "./first-start.ts"

/** What a script needs to begin: the content of `--bootstrap-file`. */
export interface Bootstrap extends FirstCredentials {
  authority: string
  resourceManager: string
  graph: string
  /** With the port, without a leading dot. */
  vaultSuffix: string
  managedIdentity: string
  /** `IDENTITY_ENDPOINT` and `IDENTITY_HEADER` of a workload that uses the App Service form. */
  identityEndpoint: string
  identityHeader: string
  appTokens: string
  console: string
  /** Path of the PEM file to trust. */
  caCertificate: string
}

/** Puts the addresses, known once the ports are, beside the credentials. */
export function toBootstrap(
  endpoints: Endpoints,
  credentials: FirstCredentials,
  { caCertificate, identityHeader }: Pick<Bootstrap, "caCertificate" | "identityHeader">,
): Bootstrap {
  const { tenantId, tenantDomain, subscriptionId, administrator, operator } = credentials
  return {
    authority: endpoints.authority,
    tenantId,
    tenantDomain,
    subscriptionId,
    resourceManager: endpoints.resourceManager,
    graph: endpoints.graph,
    vaultSuffix: endpoints.vaultSuffix,
    managedIdentity: endpoints.loopback,
    identityEndpoint: `${endpoints.loopback}/msi/token`,
    identityHeader,
    appTokens: endpoints.loopback,
    console: `${endpoints.authority}/console`,
    caCertificate,
    administrator,
    operator,
  }
}
