import type { FastifyRequest } from "fastify"
import { isIdentityHeader } from "../../domain/client-authentication/index.ts"
import { issueManagedIdentityToken } from "../../domain/tokens/index.ts"
import {
  type AppServiceTokenBody,
  appServiceVersions,
  identityHeader as currentHeader,
  legacySecretHeader,
} from "../../wire/managed-identity.ts"
import type { SurfaceContext } from "../surface.ts"
import { ManagedIdentityError } from "./errors.ts"
import { findText, readTokenQuery } from "./token-query.ts"

/** Where a version carries the secret. */
const secretHeaders: ReadonlyMap<string | undefined, string> = new Map([
  [appServiceVersions.current, currentHeader],
  [appServiceVersions.legacy, legacySecretHeader],
])

/**
 * The token endpoint of App Service, which `IDENTITY_ENDPOINT` and `IDENTITY_HEADER` lead to, in its current and its
 * older version (`MSI_ENDPOINT` and `MSI_SECRET`).
 *
 * @see contracts/entra.md 3.4
 */
export async function answerAppService(
  context: SurfaceContext,
  identityHeader: string,
  request: FastifyRequest,
): Promise<AppServiceTokenBody> {
  const header = secretHeaders.get(findText(request, "api-version"))
  if (header === undefined) {
    throw new ManagedIdentityError(
      "apiVersion",
      "The api-version is 2019-08-01, or 2017-09-01 with the older header",
    )
  }
  const presented = request.headers[header]
  if (typeof presented !== "string" || !isIdentityHeader(context, identityHeader, presented)) {
    throw new ManagedIdentityError("headerSecret", `The header ${header} lacks the value of IDENTITY_HEADER`)
  }
  const { resource, selector } = readTokenQuery(request)
  const token = await issueManagedIdentityToken(context, { selector, requestedAudience: resource })
  request.callerId = token.clientId
  return {
    access_token: token.accessToken,
    client_id: token.clientId,
    expires_on: String(token.expiresAt),
    not_before: String(token.notBefore),
    resource,
    token_type: "Bearer",
  }
}
