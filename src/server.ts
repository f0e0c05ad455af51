/**
 * The composition root: builds store, keys, domain context and surfaces, and puts them behind the
 * listener. The only place that constructs; the surfaces stand below in the order requests meet them.
 *
 * Governing documents: DESIGN 2 to 4, docs/decisions/0007-first-start-and-handover.md.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Clock, systemClock } from "./clock.ts"
import {
  type BindableEndpoints,
  createEndpoints,
  readRootKey,
  readSecretFile,
  redactConfig,
  type ServerConfig,
} from "./config/index.ts"
import { randomBytes } from "./crypto/random.ts"
import { deriveRootKey, importRootKey } from "./crypto/root-key.ts"
import type { SealingKey } from "./crypto/seal.ts"
import { ensureAppTokenSigningKey } from "./domain/app-tokens/index.ts"
import { identityHeaderOf } from "./domain/client-authentication/index.ts"
import {
  type Bootstrap,
  findOrMakeRootKeySalt,
  type Handover,
  keepHouse,
  prepareHandover,
} from "./domain/installation/index.ts"
import { openKeyring } from "./domain/keyring/index.ts"
import { applySeed, readSeed, type Seed } from "./domain/seed/index.ts"
import { ensureSigningKeys } from "./domain/tokens/index.ts"
import { createLog, createSite, type Log, type LogFields, openListener, type Site } from "./http/index.ts"
import { type Ids, randomIds } from "./ids.ts"
import { registerAppTokens } from "./protocols/app-tokens/index.ts"
import { registerArm } from "./protocols/arm/index.ts"
import { registerHealth, type Startup } from "./protocols/health/index.ts"
import { registerKeyVault } from "./protocols/keyvault/index.ts"
import { registerManagedIdentity } from "./protocols/managed-identity/index.ts"
import { registerOAuth } from "./protocols/oauth/index.ts"
import type { SurfaceContext } from "./protocols/surface.ts"
import { openSqliteStore } from "./storage/sqlite.ts"
import type { Store } from "./storage/store.ts"
import { loadServerCertificate, type ServerCertificate } from "./tls/index.ts"

const housekeepingIntervalMs = 60_000

/** What tests replace, and what only the process that starts the server knows. */
export interface ServerParts {
  clock?: Clock
  ids?: Ids
  log?: Log
  /** Where the root key may be; nothing when not given. */
  env?: Readonly<Record<string, string | undefined>>
  /** Shows the credentials of the first start to a person. They count as seen when it returns. */
  showBootstrap?: (bootstrap: Bootstrap) => void
}

export interface Sites {
  vault: Site
  main: Site
  loopback: Site
}

/** Everything but sockets: what a test calls without listening. */
export interface Application {
  context: SurfaceContext
  sites: Sites
  /** The credentials of the first start, until they have been handed over. */
  handover: Handover | undefined
  /** Complete once the seed, if there is one, has been applied. */
  startup: Startup
  /** Tells the addresses once the ports are known. */
  bind: BindableEndpoints["bind"]
  close(): Promise<void>
}

export interface RunningServer extends Application {
  httpsPort: number
  httpPort: number
  certificate: ServerCertificate
  /** Path of the PEM file to trust. */
  caCertificatePath: string
  /** What the first start made; undefined on every later one. */
  bootstrap: Bootstrap | undefined
}

/** Starts the server: resolves when it answers. @throws with a sentence and its cure when it cannot */
export async function startServer(config: ServerConfig, parts: ServerParts = {}): Promise<RunningServer> {
  const undo: (() => void | Promise<void>)[] = []
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    // A seed that cannot be read stops the start before anything is made.
    const seed = config.seed === undefined ? undefined : await readSeed(config.seed, parts.env ?? {})
    const application = await buildApplication(config, parts)
    undo.push(() => application.close())
    const { context, handover } = application
    const certificate = await loadServerCertificate(config, context.clock.now())
    const listener = await openListener({
      addresses: config.addresses,
      httpsPort: config.port,
      httpPort: config.httpPort,
      tls: { key: certificate.key, certificate: certificate.certificateChain },
      vaultHostSuffix: config.vaultSuffix,
      publicHosts: [config.publicHost],
      sites: application.sites,
    })
    undo.push(() => listener.close())
    application.bind(listener)
    const trusted = placeCaCertificate(config, certificate)
    undo.push(trusted.remove, keepHouseRegularly(context))
    // Only now: what an application may be called depends on our own addresses.
    if (seed !== undefined) await applyAndLog(context, seed, config.region)
    application.startup.complete = true
    const bootstrap = await handover?.complete(trusted.path, parts.showBootstrap)
    const { httpsPort, httpPort } = listener
    context.log.info("configuration", printable(redactConfig(config)))
    context.log.info("ready", { httpsPort, httpPort })
    return {
      ...application,
      httpsPort,
      httpPort,
      certificate,
      caCertificatePath: trusted.path,
      bootstrap,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Opens the store, makes what the first start makes, and builds the sites. */
export async function buildApplication(config: ServerConfig, parts: ServerParts = {}): Promise<Application> {
  const log = parts.log ?? createLog({ level: config.logLevel, format: config.logFormat })
  const store = await openSqliteStore({ path: config.store.path })
  try {
    const clock = parts.clock ?? systemClock
    const ids = parts.ids ?? randomIds
    const rootKey = await openRootKey(config, store, parts.env ?? {})
    const keyring = await openKeyring({ store, clock, ids, rootKey })
    const { endpoints, bind } = openEndpoints(config)
    const { accessTokenLifetimeSeconds } = config
    const context: SurfaceContext = {
      store,
      clock,
      ids,
      keyring,
      endpoints,
      log,
      accessTokenLifetimeSeconds,
    }
    const workloads = { identityHeader: identityHeader(context, config) }
    const startup = { complete: config.seed === undefined }
    // Side by side: at a first start keys and a password hash are made on other threads meanwhile.
    const [handover, sites] = await Promise.all([
      prepareHandover(context, { ...config, ...workloads }),
      openSites(context, { ...config, ...workloads, startup }),
      ensureSigningKeys(context),
      ensureAppTokenSigningKey({ ...context, appTokens: config.appTokens }, appTokenSigningKey(config)),
    ])
    const close = async () => {
      handover?.abandon()
      await store.close()
    }
    return { context, sites, handover, startup, bind, close }
  } catch (error) {
    await store.close()
    throw error
  }
}

interface SiteSettings extends ServerConfig {
  identityHeader: string
  startup: Startup
}

async function openSites(context: SurfaceContext, settings: SiteSettings): Promise<Sites> {
  const sites = buildSites(context, settings)
  await Promise.all([sites.vault.ready(), sites.main.ready(), sites.loopback.ready()])
  return sites
}

/** Which surfaces answer on which site, in the order requests meet them. */
function buildSites(context: SurfaceContext, options: SiteSettings): Sites {
  const { maxBodyBytes, appTokens, region, startup, identityHeader } = options
  const site = (name: string) => createSite({ name, ids: context.ids, log: context.log, maxBodyBytes })
  const sites: Sites = { vault: site("vault"), main: site("main"), loopback: site("loopback") }
  const { vault, main, loopback } = sites

  registerHealth(main, context, startup)
  registerHealth(loopback, context, startup)
  registerKeyVault(vault, context)
  registerOAuth(main, context)
  registerArm(main, context, { region })
  registerManagedIdentity(loopback, context, { identityHeader })
  registerAppTokens(main, context, { settings: appTokens, site: "main" })
  registerAppTokens(loopback, context, { settings: appTokens, site: "loopback" })
  return sites
}

async function applyAndLog(context: SurfaceContext, seed: Seed, region: string): Promise<void> {
  const { notes, ...counts } = await applySeed(context, seed, { region })
  context.log.info("seed applied", { ...counts })
  for (const note of notes) context.log.warn("seed", { note })
}

function printable(values: object): LogFields {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
}

/** The operator's key for app tokens, when one is given. */
function appTokenSigningKey({ appTokens: { signingKeyFile } }: ServerConfig): { signingKey?: string } {
  if (signingKeyFile === undefined) return {}
  return { signingKey: readSecretLine(signingKeyFile, "app-token signing key") }
}

/** What workloads of this machine send as `IDENTITY_HEADER`: as given, or the installation's own. */
function identityHeader(context: SurfaceContext, { identityHeaderSecretFile }: ServerConfig): string {
  if (identityHeaderSecretFile === undefined) return identityHeaderOf(context)
  return readSecretLine(identityHeaderSecretFile, "identity header secret")
}

/** Editors end a file with a line break; the secret is the line. */
function readSecretLine(path: string, what: string): string {
  const bytes = readSecretFile(path, { what })
  return Buffer.from(bytes)
    .toString("utf8")
    .replace(/\r?\n$/, "")
}

async function openRootKey(
  config: ServerConfig,
  store: Store,
  env: NonNullable<ServerParts["env"]>,
): Promise<SealingKey> {
  const firstStart = (await store.dataKeys.list({ limit: 1 })).length === 0
  const material = readRootKey({ config, env, firstStart, randomBytes })
  if (material.kind === "bytes") return importRootKey(material.bytes)
  return deriveRootKey(material.passphrase, await findOrMakeRootKeySalt(store))
}

function openEndpoints(config: ServerConfig): {
  endpoints: BindableEndpoints
  bind: BindableEndpoints["bind"]
} {
  const endpoints = createEndpoints(config)
  return { endpoints, bind: (ports) => endpoints.bind(ports) }
}

/** Answers how to stop it. */
function keepHouseRegularly(context: SurfaceContext): () => void {
  const timer = setInterval(() => {
    keepHouse(context).catch((error: unknown) => context.log.error("housekeeping failed", error))
  }, housekeepingIntervalMs)
  timer.unref()
  return () => clearInterval(timer)
}

/** The file to trust. A certificate authority that lives in memory gets one for as long as it lives. */
function placeCaCertificate(
  { tlsCertificate }: ServerConfig,
  { caPath, caCertificate }: ServerCertificate,
): { path: string; remove: () => void } {
  const known = caPath ?? tlsCertificate
  if (known !== undefined) return { path: known, remove: () => undefined }
  const directory = mkdtempSync(join(tmpdir(), "keybearer-"))
  const path = join(directory, "ca.pem")
  writeFileSync(path, caCertificate ?? "")
  return { path, remove: () => rmSync(directory, { recursive: true, force: true }) }
}
