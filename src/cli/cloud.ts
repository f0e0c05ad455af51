import { type HttpClient, readJson, SdkError } from "../sdk/index.ts"
import { CliError } from "./errors.ts"

/** The addresses of one installation: Azure's public cloud, or a keybearer server. */
export interface Cloud {
  /** Shown as `environmentName` and `cloudName`. */
  name: string
  /** Address of the token service, without a slash at the end; tells one cloud from another. */
  authority: string
  resourceManager: string
  /** What tokens for the resource manager are for; spelled as its tokens are asked for. */
  resourceManagerAudience: string
  graph?: string
  /** What follows a vault's name and its dot: `vault.azure.net`, `vault.localhost:8443`. */
  vaultSuffix?: string
  /** Audiences by the names of `--resource-type`. */
  resources?: Record<string, string>
  /** Path of a certificate (PEM) that the servers' certificates lead to. */
  caCertificate?: string
}

export const azureCloud: Cloud = {
  name: "AzureCloud",
  authority: "https://login.microsoftonline.com",
  resourceManager: "https://management.azure.com",
  resourceManagerAudience: "https://management.core.windows.net/",
  graph: "https://graph.microsoft.com/",
  vaultSuffix: "vault.azure.net",
  resources: {
    "aad-graph": "https://graph.windows.net/",
    batch: "https://batch.core.windows.net/",
    "data-lake": "https://datalake.azure.net/",
    media: "https://rest.media.azure.net",
    "oss-rdbms": "https://ossrdbms-aad.database.windows.net",
  },
}

interface CloudMetadata {
  name?: string
  resourceManager?: string
  authentication?: { loginEndpoint?: string; audiences?: string[] }
  microsoftGraphResourceId?: string
  graph?: string
  suffixes?: { keyVaultDns?: string }
}

/**
 * The cloud of an authority: what its resource manager says at `/metadata/endpoints`, when there is one at the same
 * address. An authority without one gives tokens and nothing else.
 *
 * @see contracts/entra.md 5.1
 */
export async function learnCloud(
  http: HttpClient,
  authority: string,
  caCertificate?: string,
): Promise<Cloud> {
  const base = trimSlashes(authority)
  if (base === azureCloud.authority) return azureCloud
  const origin = originOf(base)
  const metadata = await readMetadata(http, origin)
  const audience = metadata?.authentication?.audiences?.[0]
  const graph = metadata?.microsoftGraphResourceId ?? metadata?.graph
  const vaultSuffix = metadata?.suffixes?.keyVaultDns?.replace(/^\./, "")
  return {
    name: metadata?.name ?? new URL(origin).host,
    authority: base,
    resourceManager: trimSlashes(metadata?.resourceManager ?? origin),
    resourceManagerAudience: audience ?? azureCloud.resourceManagerAudience,
    ...(graph === undefined ? {} : { graph }),
    ...(vaultSuffix === undefined ? {} : { vaultSuffix }),
    ...(caCertificate === undefined ? {} : { caCertificate }),
  }
}

async function readMetadata(http: HttpClient, origin: string): Promise<CloudMetadata | undefined> {
  const answer = await http.send({ url: `${origin}/metadata/endpoints?api-version=2022-09-01` })
  if (answer.status !== 200) return undefined
  try {
    return readJson(answer) as CloudMetadata
  } catch (error) {
    // A web site that answers everything with a page is no resource manager.
    if (error instanceof SdkError) return undefined
    throw error
  }
}

/** The audience that a token needs for an address, when the address is one of this cloud's. */
export function findAudience(cloud: Cloud, address: URL): string | undefined {
  const { resourceManager, resourceManagerAudience, graph, vaultSuffix } = cloud
  if (address.protocol !== "https:") return undefined
  if (vaultSuffix !== undefined && address.host.endsWith(`.${vaultSuffix}`)) return `https://${vaultSuffix}`
  // A server of one's own has both at one address; the version in the path tells them apart.
  if (graph !== undefined && isBelow(address, graph) && /^\/(v1\.0|beta)\//.test(address.pathname))
    return graph
  return isBelow(address, resourceManager) ? resourceManagerAudience : undefined
}

function isBelow({ origin }: URL, base: string): boolean {
  return origin === new URL(base).origin
}

/** @throws CliError when it is no https address */
export function originOf(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url?.protocol === "https:") return url.origin
  throw new CliError(`Not the address of an authority: "${address}"`, {
    hints: ["It begins with https://, as https://login.microsoftonline.com or https://localhost:8443."],
    exitCode: 2,
  })
}

export function trimSlashes(address: string): string {
  return address.replace(/\/+$/, "")
}
