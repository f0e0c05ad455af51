import { existsSync, readFileSync } from "node:fs"
import { relative } from "node:path"
import type { ServerConfig } from "../config/index.ts"

interface Credentials {
  tenantId: string
  administrator: { userPrincipalName: string; password: string }
  operator: { clientId: string; clientSecret: string }
}

export interface Announced {
  endpoints: { authority: string; vaultSuffix: string; loopback: string }
  config: Pick<ServerConfig, "bootstrapFile" | "data" | "ephemeral">
  caCertificate: string
  /** What the first start made; undefined on every later one. */
  bootstrap: Credentials | undefined
}

/**
 * What only the first start knows. The operator's secret is for scripts: a bootstrap file has it, else the terminal. A
 * person's password goes to the screen; to a log only when no file has it.
 */
export function announceCredentials(
  { administrator, operator }: Credentials,
  { bootstrapFile, isScreen }: { bootstrapFile: string | undefined; isScreen: boolean },
): string {
  const inFile = bootstrapFile === undefined ? undefined : `in ${fromHere(bootstrapFile)}`
  return rows("First start. Shown this once:", [
    ["Administrator", administrator.userPrincipalName],
    ["Password", isScreen ? administrator.password : (inFile ?? administrator.password)],
    ["Operator", operator.clientId],
    ["Client secret", inFile ?? operator.clientSecret],
  ])
}

/** Where everything is, and three commands that work as they stand. */
export function announceServer(announced: Announced, program: string): string {
  const { endpoints, config, caCertificate } = announced
  const { authority, vaultSuffix, loopback } = endpoints
  const places = rows("keybearer serves", [
    ["Authority, ARM, Graph", authority],
    ["Vaults", `https://{name}.${vaultSuffix}`],
    ["App tokens", loopback],
    ["Managed identity", `${loopback}/metadata/identity/oauth2/token`],
    ["Health", `${loopback}/health/ready`],
    ["CA certificate", fromHere(caCertificate)],
    ["Data", config.ephemeral ? "in memory, gone at the end" : fromHere(config.data)],
  ])
  const commands = [
    `${program} login ${signIn(announced)}`,
    `${program} vault create demo --assign-role "Key Vault Administrator"`,
    `${program} vault secret set greeting --vault-name demo --value hello`,
  ]
  return `${places}Try it, in another terminal:\n${commands.map((line) => `  ${line}\n`).join("")}\nCtrl-C stops it.\n`
}

/** By the bootstrap file as long as it tells this server; else the secret is asked for. */
function signIn({ endpoints, config, caCertificate, bootstrap }: Announced): string {
  const { bootstrapFile } = config
  if (bootstrapFile !== undefined && tells(bootstrapFile, endpoints.authority)) {
    return `--bootstrap ${quote(fromHere(bootstrapFile))}`
  }
  const { operator, tenantId } = bootstrap ?? { operator: { clientId: "APPID" }, tenantId: "TENANT" }
  return [
    `--service-principal --username ${operator.clientId} --tenant ${tenantId}`,
    `--authority ${endpoints.authority} --ca-certificate ${quote(fromHere(caCertificate))}`,
  ].join(" ")
}

function tells(bootstrapFile: string, authority: string): boolean {
  if (!existsSync(bootstrapFile)) return false
  try {
    return (
      (JSON.parse(readFileSync(bootstrapFile, "utf8")) as { authority?: unknown }).authority === authority
    )
  } catch {
    return false
  }
}

function rows(title: string, pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length)) + 2
  return `${title}\n${pairs.map(([name, value]) => `  ${name.padEnd(width)}${value}\n`).join("")}\n`
}

/** A path as short as it can be typed here. */
function fromHere(path: string): string {
  const short = relative(process.cwd(), path)
  return short === "" || short.startsWith("..") ? path : short
}

function quote(path: string): string {
  return /^[\w./:@%+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`
}
