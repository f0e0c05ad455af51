import type { FastifyRequest } from "fastify"
import { type ApiVersion, apiVersions } from "../../wire/keyvault.ts"
import { badParameter } from "./errors.ts"

/**
 * The api-version of a request; there is no default.
 *
 * @throws KeyVaultError `BadParameter` - missing, given twice or unknown
 */
export function parseApiVersion({ query }: FastifyRequest): ApiVersion {
  const given = (query as { [name: string]: unknown })["api-version"]
  if (given === undefined || given === "") {
    throw badParameter(
      `The request has no api-version. Add one to the query, such as api-version=${newestStable}`,
    )
  }
  const known = apiVersions.find((apiVersion) => apiVersion === given)
  if (known !== undefined) return known
  throw badParameter(`The api-version of the request is not supported. Use one of ${apiVersions.join(", ")}`)
}

const newestStable: ApiVersion = "2026-04-01"

/** Whether a request is of this api-version or a later one. */
export function isAtLeast(apiVersion: ApiVersion, since: ApiVersion): boolean {
  return apiVersions.indexOf(apiVersion) >= apiVersions.indexOf(since)
}
