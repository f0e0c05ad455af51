import { SdkError } from "./errors.ts"
import { expectSuccess, type HttpClient, readJson } from "./http-client.ts"
import { isLoopbackHost } from "./loopback.ts"
import { type SdkClock, systemClock } from "./clock.ts"

export interface TokenClientOptions {
  http: HttpClient
  /** Address of the token service: `https://login.microsoftonline.com`, `https://localhost:8443`. */
  authority: string
  /** Where the discovery document is, when it is not at the authority's own place. */
  metadataUrl?: string
  clock?: SdkClock
}

export interface AccessToken {
  token: string
  /** Epoch seconds. */
  expiresAt: number
}

/** Names of form parameters and their values. */
export type TokenParameters = Readonly<Record<string, string>>

/** Asks the token endpoint of an authority, which it finds by discovery once. */
export interface TokenClient {
  readonly authority: string
  /** Where a tenant's tokens come from; also the audience of a client assertion. */
  findTokenEndpoint(tenantId: string): Promise<string>
  /** @throws SdkError `refused` with the `AADSTS` number as its inner code */
  requestToken(tenantId: string, parameters: TokenParameters): Promise<AccessToken>
}

interface TokenAnswer {
  access_token?: unknown
  expires_in?: unknown
}

export function createTokenClient(options: TokenClientOptions): TokenClient {
  const { http, clock = systemClock } = options
  const authority = options.authority.replace(/\/+$/, "")
  const endpoints = new Map<string, Promise<string>>()

  const findTokenEndpoint = (tenantId: string): Promise<string> => {
    const known =
      endpoints.get(tenantId) ?? discover(http, metadataUrlOf(authority, tenantId, options.metadataUrl))
    endpoints.set(tenantId, known)
    return known
  }

  return {
    authority,
    findTokenEndpoint,
    requestToken: async (tenantId, parameters) => {
      const url = await findTokenEndpoint(tenantId)
      const answer = await http.send({
        method: "POST",
        url,
        headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
        body: new URLSearchParams(parameters).toString(),
      })
      return parseTokenAnswer(readJson(expectSuccess(answer)) as TokenAnswer | undefined, clock.now())
    },
  }
}

/**
 * The authority, tenant and address that a discovery document's address tells:
 * `https://localhost:8443/{tenant}/v2.0/.well-known/openid-configuration`.
 *
 * @throws SdkError `invalidInput`
 */
export function parseMetadataUrl(metadataUrl: string): { authority: string; tenantId: string } {
  const url = URL.canParse(metadataUrl) ? new URL(metadataUrl) : undefined
  const [, tenantId] =
    /^\/([^/]+)(?:\/v2\.0)?\/\.well-known\/openid-configuration$/.exec(url?.pathname ?? "") ?? []
  if (url && tenantId) return { authority: url.origin, tenantId }
  throw new SdkError(
    "invalidInput",
    `Not a metadata endpoint: "${metadataUrl}". It ends with /{tenant}/v2.0/.well-known/openid-configuration`,
  )
}

function metadataUrlOf(authority: string, tenantId: string, given: string | undefined): string {
  if (given !== undefined) return given
  // An AD FS address stands for one tenant and has no tenant in its path.
  const base = authority.endsWith("/adfs") ? authority : `${authority}/${encodeURIComponent(tenantId)}/v2.0`
  return `${base}/.well-known/openid-configuration`
}

/** @see OpenID Connect Discovery 1.0 section 4, https://openid.net/specs/openid-connect-discovery-1_0.html */
async function discover(http: HttpClient, metadataUrl: string): Promise<string> {
  refusePlainHttp(metadataUrl)
  const answer = await http.send({ url: metadataUrl, headers: { accept: "application/json" } })
  const document = readJson(expectSuccess(answer)) as { token_endpoint?: unknown } | undefined
  const endpoint = document?.token_endpoint
  if (typeof endpoint !== "string") {
    throw new SdkError("unexpectedAnswer", `No token_endpoint in ${metadataUrl}`)
  }
  refusePlainHttp(endpoint)
  return endpoint
}

/** A secret must not cross a network in clear text. */
function refusePlainHttp(address: string): void {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLoopbackHost(url.hostname))) return
  throw new SdkError("invalidInput", `Not an https address: "${address}"`)
}

function parseTokenAnswer(answer: TokenAnswer | undefined, now: number): AccessToken {
  const token = answer?.access_token
  const lifetimeSeconds = Number(answer?.expires_in)
  if (typeof token !== "string" || !(lifetimeSeconds > 0)) {
    throw new SdkError("unexpectedAnswer", "The token endpoint answered without access_token and expires_in")
  }
  return { token, expiresAt: now + Math.floor(lifetimeSeconds) }
}
