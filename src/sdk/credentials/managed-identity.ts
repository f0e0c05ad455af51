import {
  appServiceVersions,
  identityHeader,
  instanceMetadataPath,
  metadataHeader,
  oldestInstanceMetadataVersion,
} from "../../wire/managed-identity.ts"
import { type SdkClock, systemClock } from "../clock.ts"
import { SdkError } from "../errors.ts"
import { expectSuccess, type HttpClient, type HttpRequest, readJson } from "../http-client.ts"
import type { AccessToken } from "../token-client.ts"
import type { Credential } from "./index.ts"

export interface ManagedIdentityOptions {
  http: HttpClient
  /** Where the platform says what it offers: `IDENTITY_ENDPOINT`, `IDENTITY_HEADER`, … */
  env: Readonly<Record<string, string | undefined>>
  /** Of a user-assigned identity; none for the one that the machine has. */
  clientId?: string
  clock?: SdkClock
}

const instanceMetadataHost = "http://169.254.169.254"

/** The name of the identity that the machine itself has, as the Azure CLI spells it. */
export const systemAssignedIdentity = "systemAssignedIdentity"

/**
 * Gets tokens from the platform that this code runs on, without any secret: in the App Service form when the
 * environment names an endpoint and its header, else from the instance metadata service.
 *
 * @see contracts/entra.md 3.1 and 3.4
 */
export function managedIdentityCredential(options: ManagedIdentityOptions): Credential {
  const { http, env, clientId, clock = systemClock } = options
  return {
    account: clientId ?? systemAssignedIdentity,
    requestToken: async ({ scope }) => {
      const resource = scope.replace(/\/\.default$/, "")
      const query = { resource, ...(clientId === undefined ? {} : { client_id: clientId }) }
      const answer = await http.send(requestOf(env, query))
      return parseAnswer(readJson(expectSuccess(answer)) as IdentityAnswer | undefined, clock.now())
    },
  }
}

function requestOf(env: ManagedIdentityOptions["env"], query: Record<string, string>): HttpRequest {
  const { IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: header } = env
  if (endpoint && header) {
    return {
      url: withQuery(endpoint, { "api-version": appServiceVersions.current, ...query }),
      headers: { [identityHeader]: header },
    }
  }
  const host = (env.AZURE_POD_IDENTITY_AUTHORITY_HOST ?? instanceMetadataHost).replace(/\/+$/, "")
  const url = withQuery(`${host}${instanceMetadataPath}`, {
    "api-version": oldestInstanceMetadataVersion,
    ...query,
  })
  return { url, headers: { [metadataHeader]: "true" } }
}

function withQuery(address: string, query: Record<string, string>): string {
  if (!URL.canParse(address)) {
    throw new SdkError(
      "invalidInput",
      `The environment names no web address for managed identity: "${address}"`,
    )
  }
  const url = new URL(address)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url.href
}

interface IdentityAnswer {
  access_token?: unknown
  expires_on?: unknown
  expires_in?: unknown
}

/** Every value may be text. `expires_on` is epoch seconds. */
function parseAnswer(answer: IdentityAnswer | undefined, now: number): AccessToken {
  const token = answer?.access_token
  const expiresAt = Number(answer?.expires_on) || now + Number(answer?.expires_in)
  if (typeof token !== "string" || !Number.isFinite(expiresAt)) {
    throw new SdkError("unexpectedAnswer", "Managed identity answered without access_token and expires_on")
  }
  return { token, expiresAt }
}
