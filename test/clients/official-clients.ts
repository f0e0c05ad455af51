/**
 * What a person sets to let the official libraries reach a keybearer server, and nothing else: trust in its CA, and
 * `HTTPS_PROXY`, since neither glibc nor Node resolves `*.vault.localhost`.
 */
import { readFileSync } from "node:fs"
import { getCACertificates, setDefaultCACertificates } from "node:tls"
import { ManagedIdentityCredential, type TokenCredential } from "@azure/identity"
import { CertificateClient } from "@azure/keyvault-certificates"
import { RestError, SecretClient } from "@azure/keyvault-secrets"
import type { Bootstrap } from "../../src/domain/installation/bootstrap.ts"
import { ControlPlane, type ManagedIdentity, principalOf, type Role } from "../control-plane.ts"
import { serve, type ServeOptions, type ServerProcess } from "../serve.ts"

/** In this process; a process of its own gets the same by `clientEnvironment`. */
export function trustServer({ caCertificate, managedIdentity }: Bootstrap): void {
  setDefaultCACertificates([...getCACertificates("default"), readFileSync(caCertificate, "utf8")])
  process.env["HTTPS_PROXY"] = managedIdentity
  process.env["NO_PROXY"] = ""
}

export function clientEnvironment(bootstrap: Bootstrap): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    NODE_EXTRA_CA_CERTS: bootstrap.caCertificate,
    HTTPS_PROXY: bootstrap.managedIdentity,
    NO_PROXY: "",
    AZURE_AUTHORITY_HOST: bootstrap.authority,
    AZURE_TENANT_ID: bootstrap.tenantId,
  }
}

/** What an App Service sets for its applications. */
export function appServiceEnvironment({
  identityEndpoint,
  identityHeader,
}: Bootstrap): Record<string, string> {
  return { IDENTITY_ENDPOINT: identityEndpoint, IDENTITY_HEADER: identityHeader }
}

/** Two options are documented for private clouds; without the second the library asks login.microsoftonline.com. */
export function authorityOptions({ authority }: Bootstrap) {
  return { authorityHost: authority, disableInstanceDiscovery: true }
}

/** A vault and a way to ask it. */
export interface VaultClients {
  name: string
  url: string
  secrets: SecretClient
  certificates: CertificateClient
}

export class Installation {
  readonly server: ServerProcess
  readonly bootstrap: Bootstrap
  readonly controlPlane: ControlPlane
  #vaults = 0
  #identities = 0

  constructor(server: ServerProcess) {
    this.server = server
    this.bootstrap = server.bootstrap
    this.controlPlane = new ControlPlane(server.bootstrap)
  }

  /** A new vault, empty, with the operator as its Key Vault Administrator. */
  async createVault(): Promise<VaultClients> {
    this.#vaults += 1
    const name = `vault-${this.#vaults}`
    const { operator } = this.controlPlane
    const url = await this.controlPlane.createVault(name)
    const vault = { name, url, ...openClients(url, operator) }
    await this.assignRole(operator, "administrator", vault)
    return vault
  }

  /** A new identity without any role, and the credential that an application on an App Service would use. */
  async createManagedIdentity(): Promise<ManagedIdentity & { credential: TokenCredential }> {
    this.#identities += 1
    const identity = await this.controlPlane.createManagedIdentity(`identity-${this.#identities}`)
    Object.assign(process.env, appServiceEnvironment(this.bootstrap))
    return { ...identity, credential: new ManagedIdentityCredential({ clientId: identity.clientId }) }
  }

  /** Gives a role on the vault, or on one object below it such as `/certificates/tls`. */
  async assignRole(
    credential: TokenCredential,
    role: Role,
    { name }: VaultClients,
    below = "",
  ): Promise<void> {
    const token = await credential.getToken("https://vault.azure.net/.default")
    const scope = `${this.controlPlane.vaultScope(name)}${below}`
    await this.controlPlane.assignRole(principalOf(token?.token ?? ""), role, scope)
  }
}

/** A server of this test file, with this process set to reach it. */
export async function openInstallation(options: ServeOptions = {}): Promise<Installation> {
  const server = await serve(options)
  trustServer(server.bootstrap)
  return new Installation(server)
}

export function openClients(url: string, credential: TokenCredential) {
  return { secrets: new SecretClient(url, credential), certificates: new CertificateClient(url, credential) }
}

export interface Failure {
  status: number | undefined
  code: string | undefined
  message: string
}

/** What a caller of an official client catches; of the inner code the libraries tell nothing. */
export async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const error: unknown = await work.then(
    () => new Error("It succeeded"),
    (cause: unknown) => cause,
  )
  if (!(error instanceof RestError)) throw error
  return { status: error.statusCode, code: error.code, message: error.message }
}

/**
 * Runs the work for each item, the first alone: of requests that are a client's first at the same moment, the library
 * sends one without its body.
 */
export async function forAll<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  const [first, ...others] = items
  if (first !== undefined) await work(first)
  await Promise.all(others.map(work))
}

/** Everything an official list answers. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}
