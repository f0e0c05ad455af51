import { readFileSync } from "node:fs"
import {
  type ArmClient,
  createArmClient,
  createHttpClient,
  createTokenClient,
  createTokenSource,
  createVaultClient,
  type HttpClient,
  managedIdentityCredential,
  openTokenCache,
  type TokenCache,
  type TokenClient,
  type TokenSource,
  type VaultClient,
} from "../sdk/index.ts"
import type { Cloud } from "./cloud.ts"
import { CliError } from "./errors.ts"
import { createCredential } from "./proofs.ts"
import type { Redactor } from "./redact.ts"
import type { Terminal } from "./terminal.ts"
import {
  type ClientFiles,
  clientFiles,
  type CredentialFile,
  findSubscription,
  openCredentialFile,
  openProfile,
  type ProfileFile,
  type Subscription,
} from "./state/index.ts"

/** How much is told on standard error. */
export interface Loudness {
  verbose: boolean
  debug: boolean
  onlyShowErrors: boolean
}

/** One run of one command: its surroundings, the client's files, and clients made when first needed. */
export interface Session {
  readonly terminal: Terminal
  readonly files: ClientFiles
  readonly profile: ProfileFile
  readonly credentials: CredentialFile
  readonly tokens: TokenCache
  readonly redactor: Redactor
  /** What follows the command's words, for `serve`, which reads its own. */
  readonly args: readonly string[]
  readonly warn: (text: string) => void
  /** Told with `--verbose`. */
  tell(text: string): void
  /** Trusts the system's certificates, `KEYBEARER_CA` and the one given. */
  http(caCertificate?: string): HttpClient
  tokenClient(cloud: Cloud, metadataUrl?: string): TokenClient
  /** The account that was chosen, or the default one. */
  account(idOrName?: string): Promise<Account>
  /** Frees connections. */
  close(): void
}

/** A subscription, its cloud, and what it can do. */
export interface Account {
  readonly subscription: Subscription
  readonly cloud: Cloud
  readonly http: HttpClient
  /** For the account's own tenant, unless another is named. */
  readonly tokenSource: (tenantId?: string) => Promise<TokenSource>
  arm(): Promise<ArmClient>
  /** By name, or by address when it has one. */
  vault(nameOrUrl: string): Promise<VaultClient>
}

export function openSession(
  terminal: Terminal,
  args: readonly string[],
  loudness: Loudness,
  redactor: Redactor,
): Session {
  const files = clientFiles(terminal.env)
  const clients = new Map<string, HttpClient>()
  const note = (label: string, text: string) => terminal.writeError(`${label}: ${redactor.redact(text)}\n`)
  const clock = { now: () => terminal.now() }

  const session: Session = {
    terminal,
    files,
    redactor,
    args,
    profile: openProfile(files.profile),
    credentials: openCredentialFile(files.credentials),
    tokens: openTokenCache(files.tokens, clock),
    warn: (text) => {
      if (!loudness.onlyShowErrors) note("WARNING", text)
    },
    tell: (text) => {
      if (loudness.verbose || loudness.debug) note("INFO", text)
    },
    http: (caCertificate) => {
      const known = clients.get(caCertificate ?? "")
      if (known) return known
      const made = createHttpClient({
        extraCertificates: readCertificates([terminal.env.KEYBEARER_CA, caCertificate]),
        userAgent: "keybearer-cli",
        proxyEnvironment: terminal.env,
        onExchange: ({ method, url, status = "no answer", durationMs }) => {
          if (loudness.debug) note("DEBUG", `${method} ${url} -> ${status} (${Math.round(durationMs)} ms)`)
        },
      })
      clients.set(caCertificate ?? "", made)
      return made
    },
    tokenClient: ({ authority, caCertificate }, metadataUrl) =>
      createTokenClient({
        http: session.http(caCertificate),
        authority,
        clock,
        ...(metadataUrl === undefined ? {} : { metadataUrl }),
      }),
    account: (idOrName) => openAccount(session, idOrName),
    close: () => clients.forEach((client) => client.close()),
  }
  return session
}

function readCertificates(paths: readonly (string | undefined)[]): string[] {
  return [...new Set(paths)].flatMap((path) => {
    if (!path) return []
    try {
      return [readFileSync(path, "utf8")]
    } catch (cause) {
      throw new CliError(`Cannot read the CA certificate ${path}`, {
        cause,
        hints: ["Give another with --ca-certificate FILE, KEYBEARER_CA, or by signing in again."],
      })
    }
  })
}

async function openAccount(session: Session, idOrName: string | undefined): Promise<Account> {
  const profile = await session.profile.read()
  const { subscriptions, clouds } = profile
  const hints = [`To sign in: ${session.terminal.program} login --help`]
  // The texts of the Azure CLI, which SDKs look for.
  if (subscriptions.length === 0) throw new CliError("Please run 'az login' to setup account.", { hints })
  const subscription =
    idOrName === undefined
      ? subscriptions.find(({ isDefault }) => isDefault)
      : findSubscription(profile, idOrName)
  if (!subscription && idOrName !== undefined) {
    throw new CliError(`Subscription '${idOrName}' not found. Check the spelling and casing and try again.`)
  }
  const cloud = clouds.find(({ authority }) => authority === subscription?.authority)
  if (!subscription || !cloud) {
    throw new CliError("No subscription found. Run 'az account set' to select a subscription.", {
      hints: [`Here: ${session.terminal.program} account set --subscription ID`],
    })
  }
  return createAccount(session, subscription, cloud)
}

/** The account of a subscription that may not be in the profile yet. */
export function createAccount(session: Session, subscription: Subscription, cloud: Cloud): Account {
  const sources = new Map<string, Promise<TokenSource>>()
  const http = session.http(cloud.caCertificate)
  const tokenSource = (tenantId = subscription.tenantId) => {
    const source = sources.get(tenantId) ?? openTokenSource(session, subscription, cloud, tenantId)
    sources.set(tenantId, source)
    return source
  }
  const getToken = async (scope: string) => (await tokenSource()).getToken(scope)

  return {
    subscription,
    cloud,
    http,
    tokenSource,
    arm: async () => {
      const { resourceManager, resourceManagerAudience: audience } = cloud
      return createArmClient({ http, resourceManager, audience, getToken })
    },
    vault: async (nameOrUrl) => createVaultClient({ http, getToken, vaultUrl: vaultUrlOf(nameOrUrl, cloud) }),
  }
}

function vaultUrlOf(nameOrUrl: string, { vaultSuffix, name }: Cloud): string {
  if (nameOrUrl.includes("://")) return nameOrUrl
  if (!/^[a-z][a-z0-9-]{1,22}[a-z0-9]$/i.test(nameOrUrl)) {
    throw new CliError(`Not the name of a vault: "${nameOrUrl}"`, {
      hints: ["It has 3 to 24 letters, digits and dashes, begins with a letter and ends with no dash."],
      exitCode: 2,
    })
  }
  if (vaultSuffix !== undefined) return `https://${nameOrUrl}.${vaultSuffix}`
  throw new CliError(`It is not known where ${name} has its vaults`, {
    hints: ["Give the vault's whole address."],
  })
}

async function openTokenSource(
  session: Session,
  { user, tenantId: ownTenantId }: Subscription,
  cloud: Cloud,
  tenantId: string,
): Promise<TokenSource> {
  const { authority } = cloud
  const { tokens: cache, terminal } = session
  if (user.assignedIdentityInfo !== undefined) {
    const credential = openManagedIdentity(session, user.assignedIdentityInfo)
    return createTokenSource({ credential, cache, authority, tenantId: ownTenantId })
  }
  const key = { authority, clientId: user.name }
  const exact = await session.credentials.find({ ...key, tenantId })
  const stored = exact ?? (await session.credentials.find(key))
  if (!stored) {
    throw new CliError(`User '${user.name}' does not exist in MSAL token cache. Run \`az login\`.`, {
      hints: [`To sign in: ${terminal.program} login --help`],
    })
  }
  if (!exact) {
    session.warn(
      `Could not retrieve credential from local cache for service principal ${user.name} under tenant ${tenantId}. ` +
        `Trying credential under tenant ${stored.tenantId}, assuming that is an app credential.`,
    )
  }
  if (stored.proof.kind === "clientSecret") session.redactor.add(stored.proof.clientSecret)
  const credential = await createCredential(user.name, stored.proof, session.tokenClient(cloud))
  return createTokenSource({ credential, cache, authority, tenantId })
}

/** `MSI`, or `MSIClient-` and a client id, as the Azure CLI writes it. */
export function openManagedIdentity(session: Session, assignedIdentityInfo: string) {
  const [, clientId] = /^MSIClient-(.+)$/.exec(assignedIdentityInfo) ?? []
  const { env } = session.terminal
  const clock = { now: () => session.terminal.now() }
  return managedIdentityCredential({
    http: session.http(),
    env,
    clock,
    ...(clientId === undefined ? {} : { clientId }),
  })
}
