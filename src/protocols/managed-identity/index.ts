/**
 * The managed identity endpoints of the loopback listener: the instance metadata service (IMDS) of a virtual machine
 * and the endpoint of App Service, for user-assigned identities. It owns their requests, refusals and bodies; it does
 * not own the identities (domain/managed-identities) or their tokens (domain/tokens). Azure Arc, Service Fabric and
 * the other forms have their place here.
 *
 * A permanent refusal is always 400 (401 for a wrong header secret): clients wait and retry on everything else.
 *
 * Governing documents: contracts/entra.md 3, contracts/az.md 4.1.
 */
import type { Site } from "../../http/index.ts"
import { appServicePath, instanceMetadataPath } from "../../wire/managed-identity.ts"
import type { SurfaceContext } from "../surface.ts"
import { answerAppService } from "./app-service.ts"
import { answerAppServiceError, answerInstanceMetadataError } from "./errors.ts"
import { answerInstanceMetadata } from "./instance-metadata.ts"
import { registerTokenRoute } from "./routes.ts"

export interface ManagedIdentityOptions {
  /** What a workload sends to the App Service endpoint to be believed: `IDENTITY_HEADER`. */
  identityHeader: string
}

export function registerManagedIdentity(
  site: Site,
  context: SurfaceContext,
  { identityHeader }: ManagedIdentityOptions,
): void {
  registerTokenRoute(site, {
    path: instanceMetadataPath,
    answer: (request) => answerInstanceMetadata(context, request),
    answerError: answerInstanceMetadataError(context),
  })
  registerTokenRoute(site, {
    path: appServicePath,
    answer: (request) => answerAppService(context, identityHeader, request),
    answerError: answerAppServiceError(context),
  })
}
