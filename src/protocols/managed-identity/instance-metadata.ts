import type { FastifyRequest } from "fastify"
import { issueManagedIdentityToken } from "../../domain/tokens/index.ts"
import {
  type InstanceMetadataTokenBody,
  metadataHeader,
  oldestInstanceMetadataVersion,
  refreshParameter,
} from "../../wire/managed-identity.ts"
import type { SurfaceContext } from "../surface.ts"
import { ManagedIdentityError } from "./errors.ts"
import { findText, readTokenQuery } from "./token-query.ts"

/**
 * The token endpoint of the instance metadata service. Clients probe it without the header, which a page or a forged
 * request cannot set, and want their refusal at once.
 *
 * @see contracts/entra.md 3.1 and 3.2
 */
export async function answerInstanceMetadata(
  context: SurfaceContext,
  request: FastifyRequest,
): Promise<InstanceMetadataTokenBody> {
  const metadata = request.headers[metadataHeader]
  if (typeof metadata !== "string" || metadata.toLowerCase() !== "true") {
    throw new ManagedIdentityError("request", "Required metadata header not specified: send Metadata: true")
  }
  assertApiVersion(findText(request, "api-version"))
  const { resource, selector } = readTokenQuery(request)
  const token = await issueManagedIdentityToken(context, {
    selector,
    requestedAudience: resource,
    fresh: findText(request, refreshParameter) !== undefined,
  })
  request.callerId = token.clientId
  const expiresIn = String(token.expiresAt - context.clock.now())
  return {
    access_token: token.accessToken,
    client_id: token.clientId,
    expires_in: expiresIn,
    expires_on: String(token.expiresAt),
    ext_expires_in: expiresIn,
    not_before: String(token.notBefore),
    resource,
    token_type: "Bearer",
  }
}

function assertApiVersion(apiVersion: string | undefined): void {
  if (apiVersion === undefined) {
    throw new ManagedIdentityError("apiVersion", "api-version was not specified in the request")
  }
  const known =
    /^\d{4}-\d{2}-\d{2}(-preview)?$/.test(apiVersion) && apiVersion >= oldestInstanceMetadataVersion
  if (!known) throw new ManagedIdentityError("apiVersion", "api-version is not supported")
}
