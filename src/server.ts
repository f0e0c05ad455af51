/**
 * The composition root: builds store, keys, domain context and surfaces, and puts them behind the
 * listener. The only place that constructs; the surfaces stand below in the order requests meet them.
 */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { type Clock, systemClock } from "./clock.ts"
import { createEndpoints, readRootKey, type ServerConfig } from "./config/index.ts"
import type { SealingKey } from "./crypto/seal.ts"
import type { DomainContext } from "./domain/context.ts"
import { openKeyring } from "./domain/keyring/index.ts"
import { createLog, createSite, type Log, openListener, type Site } from "./http/index.ts"
import { type Ids, randomIds } from "./ids.ts"
import { registerHealth } from "./protocols/health/index.ts"
import type { SurfaceContext } from "./protocols/surface.ts"
import { openSqliteStore } from "./storage/sqlite.ts"
import type { Store } from "./storage/store.ts"
import { loadServerCertificate, type ServerCertificate } from "./tls/index.ts"
import { rootKeyOf } from "./crypto/root-key.ts"

/** What tests replace. */
export interface ServerParts {
  clock?: Clock
  ids?: Ids
  log?: Log
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
  /** Tells the addresses once the ports are known. */
  bind(ports: { httpsPort: number; httpPort: number }): void
  close(): Promise<void>
}

export interface RunningServer extends Application {
  httpsPort: number
  httpPort: number
  certificate: ServerCertificate
}

/** Starts the server: resolves when it answers. @throws with a sentence and its cure when it cannot */
export async function startServer(config: ServerConfig, parts: ServerParts = {}): Promise<RunningServer> {
  const application = await buildApplication(config, parts)
  try {
    const certificate = await loadServerCertificate(config, application.context.clock.now())
    const listener = await openListener({
      addresses: config.addresses,
      httpsPort: config.port,
      httpPort: config.httpPort,
      tls: { key: certificate.key, certificate: certificate.certificateChain },
      vaultHostSuffix: config.vaultSuffix,
      publicHosts: [config.publicHost],
      sites: application.sites,
    })
    application.bind(listener)
    return {
      ...application,
      httpsPort: listener.httpsPort,
      httpPort: listener.httpPort,
      certificate,
      close: async () => {
        await listener.close()
        await application.close()
      },
    }
  } catch (error) {
    await application.close()
    throw error
  }
}

/** Opens the store and builds the sites. */
export async function buildApplication(config: ServerConfig, parts: ServerParts = {}): Promise<Application> {
  const log = parts.log ?? createLog({ level: config.logLevel, format: config.logFormat })
  const store = await openStore(config)
  try {
    const clock = parts.clock ?? systemClock
    const ids = parts.ids ?? randomIds
    const keyring = await openKeyring({ store, clock, ids, rootKey: await openRootKey(config, store) })
    const endpoints = createEndpoints(config)
    const context: SurfaceContext = { store, clock, ids, keyring, endpoints, log }
    await prepareInstallation(context, config)
    const sites = buildSites(context, config)
    return { context, sites, bind: (ports) => endpoints.bind(ports), close: () => store.close() }
  } catch (error) {
    await store.close()
    throw error
  }
}

function buildSites(context: SurfaceContext, { maxBodyBytes }: ServerConfig): Sites {
  const site = (name: string) => createSite({ name, ids: context.ids, log: context.log, maxBodyBytes })
  const sites: Sites = { vault: site("vault"), main: site("main"), loopback: site("loopback") }
  const { main, loopback } = sites

  // Which surfaces answer on which site, in the order requests meet them.
  registerHealth(main, context)
  registerHealth(loopback, context)
  return sites
}

async function openStore({ ephemeral, data }: ServerConfig): Promise<Store> {
  if (ephemeral) return openSqliteStore({ path: ":memory:" })
  mkdirSync(data, { recursive: true, mode: 0o700 })
  return openSqliteStore({ path: join(data, "keybearer.db") })
}
