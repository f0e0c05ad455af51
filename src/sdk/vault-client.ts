import type {
  Attributes,
  CertificateBundle,
  CertificateItem,
  Deleted,
  SecretBundle,
  SecretItem,
} from "../wire/keyvault.ts"
import { callApi, type Page, readPages } from "./api-call.ts"
import { parseErrorAnswer, SdkError } from "./errors.ts"
import type { HttpClient } from "./http-client.ts"
import type { AccessToken } from "./token-client.ts"

export interface VaultClientOptions {
  http: HttpClient
  /** `https://demo.vault.azure.net`; a slash at the end does no harm. */
  vaultUrl: string
  /** Asked for the scope that the vault names in its challenge. */
  getToken: (scope: string) => Promise<AccessToken>
  /** Default 7.4. */
  apiVersion?: string
}

export interface SetSecretRequest {
  value: string
  contentType?: string
  tags?: Record<string, string>
  attributes?: Partial<Pick<Attributes, "enabled" | "nbf" | "exp">>
}

export interface ImportCertificateRequest {
  /** A PFX in base64, or PEM text. */
  value: string
  password?: string
}

/** Secrets and certificates of one vault, in the shapes of Key Vault's own API. */
export interface VaultClient {
  /** Creates the secret, or a new version of it. */
  setSecret(name: string, request: SetSecretRequest): Promise<SecretBundle>
  /** The newest version, unless one is named. `outContentType` turns the secret behind a certificate into PEM. */
  getSecret(name: string, version?: string, outContentType?: string): Promise<SecretBundle>
  listSecrets(): AsyncIterable<SecretItem>
  /** Soft: the secret can be recovered until it is purged. */
  deleteSecret(name: string): Promise<SecretBundle & Deleted>
  importCertificate(name: string, request: ImportCertificateRequest): Promise<CertificateBundle>
  getCertificate(name: string, version?: string): Promise<CertificateBundle>
  listCertificates(): AsyncIterable<CertificateItem>
}

/** The first stable one in which a vault turns a PFX into PEM. */
const convertingApiVersion = "2025-07-01"

/** @see contracts/keyvault.md 1.3, 1.5 and 5.1 */
export function createVaultClient(options: VaultClientOptions): VaultClient {
  const { http, getToken, apiVersion = "7.4" } = options
  const vault = parseVaultUrl(options.vaultUrl)
  const urlOf = (path: string, version = apiVersion) => `${vault.origin}${path}?api-version=${version}`
  let challenged: Promise<string> | undefined

  const call = async <T>(url: string, method = "GET", body?: unknown): Promise<T> => {
    challenged ??= readChallenge(http, vault, urlOf("/secrets"))
    const { token } = await getToken(await challenged)
    return callApi<T>(http, { method, url, token, body })
  }
  const list = <T>(path: string) => readPages<T>(urlOf(path), (url) => call<Page<T>>(url))

  return {
    setSecret: (name, request) => call(urlOf(`/secrets/${segment(name)}`), "PUT", request),
    getSecret: (name, version = "", outContentType) => {
      const path = `/secrets/${segment(name)}/${segment(version)}`
      if (outContentType === undefined) return call(urlOf(path))
      return call(`${urlOf(path, convertingApiVersion)}&outContentType=${encodeURIComponent(outContentType)}`)
    },
    listSecrets: () => list<SecretItem>("/secrets"),
    deleteSecret: (name) => call(urlOf(`/secrets/${segment(name)}`), "DELETE"),
    importCertificate: (name, { value, password }) =>
      call(urlOf(`/certificates/${segment(name)}/import`), "POST", {
        value,
        ...(password === undefined ? {} : { pwd: password }),
        ...(value.includes("-----BEGIN")
          ? { policy: { secret_props: { contentType: "application/x-pem-file" } } }
          : {}),
      }),
    getCertificate: (name, version = "") => call(urlOf(`/certificates/${segment(name)}/${segment(version)}`)),
    listCertificates: () => list<CertificateItem>("/certificates"),
  }
}

function segment(text: string): string {
  return encodeURIComponent(text)
}

function parseVaultUrl(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url?.protocol === "https:") return url
  throw new SdkError("invalidInput", `Not the address of a vault: "${address}". It begins with https://`)
}

/** Asks without a token, so that the vault says which scope its tokens need. */
async function readChallenge(http: HttpClient, vault: URL, url: string): Promise<string> {
  const answer = await http.send({ url })
  if (answer.status !== 401) throw parseErrorAnswer({ ...answer, text: answer.body.toString("utf8") })
  const parameters = parseChallenge(answer.headers["www-authenticate"] ?? "")
  const resource = parameters.get("resource") ?? parameters.get("scope")?.replace(/\/\.default$/, "")
  if (resource === undefined) {
    throw new SdkError("unexpectedAnswer", `The vault ${vault.host} does not say which token it needs`)
  }
  assertOwnResource(vault, resource)
  return `${resource}/.default`
}

/** @see RFC 9110 section 11.6.1, https://www.rfc-editor.org/rfc/rfc9110.html#section-11.6.1 */
function parseChallenge(header: string): Map<string, string> {
  const pairs = header.matchAll(/(\w+)="([^"]*)"/g)
  return new Map([...pairs].map(([, name = "", value = ""]) => [name, value]))
}

/** A vault may ask for tokens of its own domain only: else any server could collect tokens for another. */
function assertOwnResource(vault: URL, resource: string): void {
  const host = URL.canParse(resource) ? new URL(resource).host : ""
  if (host !== "" && vault.host.endsWith(`.${host}`)) return
  throw new SdkError(
    "unexpectedAnswer",
    `The vault ${vault.host} asks for a token that is not its own: ${resource}`,
  )
}
