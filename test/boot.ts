/**
 * A whole application for one test: every surface over a store in memory, with a frozen clock and the
 * first start behind it. `boot()` opens no socket; `bootListening()` listens, for official clients.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type FrozenClock, frozenClock } from "../src/clock.ts"
import { loadConfig, type ServerConfig } from "../src/config/index.ts"
import { systemCaller } from "../src/domain/access/index.ts"
import { findServicePrincipal } from "../src/domain/applications/index.ts"
import type { FirstCredentials } from "../src/domain/installation/index.ts"
import { createLog, type Site } from "../src/http/index.ts"
import type { SurfaceContext } from "../src/protocols/surface.ts"
import { type Application, buildApplication, type RunningServer, startServer } from "../src/server.ts"
import { testNow } from "./context.ts"
import { testSubscriptionId, testTenantDomain, testTenantId } from "./installation.ts"
import { Seed, type TestResource } from "./seed.ts"

export interface BootOptions {
  /** Flags of `keybearer serve`, such as `["--max-body-bytes", "16384"]`. */
  argv?: readonly string[]
}

export class Boot {
  readonly context: SurfaceContext
  readonly clock: FrozenClock
  readonly tenantId = testTenantId
  readonly tenantDomain = testTenantDomain
  readonly subscriptionId = testSubscriptionId
  /** ARM id of the resource group that the first start makes. */
  readonly resourceGroupId = `/subscriptions/${testSubscriptionId}/resourceGroups/keybearer`
  readonly administrator: FirstCredentials["administrator"]
  readonly operator: FirstCredentials["operator"]
  /** Makes what a test needs, past every surface. */
  readonly seed: Seed
  readonly #application: Application

  constructor(application: Application, credentials: FirstCredentials, clock: FrozenClock) {
    this.#application = application
    this.context = application.context
    this.clock = clock
    this.administrator = credentials.administrator
    this.operator = credentials.operator
    this.seed = new Seed(application.context, systemCaller(testTenantId))
  }

  /**
   * Sends a request to the site that its host names, as the listener would. A path alone goes to the
   * main site.
   */
  readonly request = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const { authority, loopback } = this.context.endpoints
    const address = new URL(url, authority)
    // Reads what `init` says as fetch would: header names, the content type of a form.
    const request = new Request(address, init)
    const body = init.body == null ? undefined : Buffer.from(await request.arrayBuffer())
    const answer = await this.#siteOf(address, loopback).inject({
      method: request.method,
      // As it was given: `URL` would tidy what a test is about, such as `//` and `..`.
      url: url.startsWith("/") ? url : url.slice(address.origin.length) || "/",
      headers: { host: address.host, ...Object.fromEntries(request.headers) },
      ...(body === undefined ? {} : { payload: body }),
    })
    return toResponse(answer)
  }

  /** Sends a JSON body, or none, with a bearer token, or none. */
  readonly send = (
    method: string,
    url: string,
    { token, body, headers }: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Response> =>
    this.request(url, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    })

  /** Posts a form, as a client of the token endpoint does. */
  readonly post = (url: string, form: Record<string, string>): Promise<Response> =>
    this.request(url, { method: "POST", body: new URLSearchParams(form) })

  /** A token of the operator, who owns the subscription and reads no data. */
  readonly operatorToken = (resource: TestResource = "resourceManager"): Promise<string> =>
    this.token(this.operator.clientId, resource)

  /** A token of an application or managed identity, as the authority would issue it. */
  readonly token = async (appId: string, resource: TestResource = "vault"): Promise<string> => {
    const servicePrincipal = await findServicePrincipal(this.context, this.tenantId, appId)
    if (servicePrincipal === undefined) throw new TypeError(`Nothing has the client id ${appId}`)
    return this.seed.token(servicePrincipal, resource)
  }

  /** Address of a vault, without a slash at the end. */
  vaultUrl(name: string): string {
    return `https://${name}.${this.context.endpoints.vaultSuffix}`
  }

  close(): Promise<void> {
    return this.#application.close()
  }

  #siteOf({ protocol, hostname }: URL, loopback: string): Site {
    const { sites } = this.#application
    if (protocol === new URL(loopback).protocol) return sites.loopback
    const suffix = this.context.endpoints.vaultSuffix.replace(/:\d+$/, "")
    return hostname.endsWith(`.${suffix}`) ? sites.vault : sites.main
  }
}

/** Boots everything without a socket. */
export async function boot({ argv = [] }: BootOptions = {}): Promise<Boot> {
  const clock = frozenClock(testNow)
  const application = await buildApplication(await testConfig(["--ephemeral", ...argv]), {
    clock,
    log: createLog({ level: "silent", format: "json" }),
  })
  application.bind({ httpsPort: 8443, httpPort: 5000 })
  const { handover } = application
  if (handover === undefined) throw new Error("An empty store has credentials to hand over")
  const { administrator, operator, ...names } = await handover.complete("/nowhere/ca.pem")
  return new Boot(application, { ...names, administrator, operator }, clock)
}

export interface Listening {
  server: RunningServer
  /** What official clients take from their environment to reach and to trust this server. */
  env: Record<string, string>
  close(): Promise<void>
}

/** Boots everything on free ports, over a fresh data directory that goes away with it. By the real clock. */
export async function bootListening({ argv = [] }: BootOptions = {}): Promise<Listening> {
  const data = mkdtempSync(join(tmpdir(), "keybearer-boot-"))
  const ports = ["--port", "0", "--http-port", "0"]
  const server = await startServer(await testConfig(["--data", data, ...ports, ...argv]), {
    log: createLog({ level: "silent", format: "json" }),
  })
  return {
    server,
    env: toEnvironment(server),
    close: async () => {
      await server.close()
      rmSync(data, { recursive: true, force: true })
    },
  }
}

function testConfig(argv: readonly string[]): Promise<ServerConfig> {
  const names = { "--tenant-id": testTenantId, "--tenant-domain": testTenantDomain }
  const fixed = Object.entries({ ...names, "--subscription-id": testSubscriptionId }).flat()
  return loadConfig({
    argv: [...fixed, ...argv],
    env: { HOME: "/nowhere" },
    readFile: (path) => {
      throw new Error(`A test has no config file ${path}`)
    },
  })
}

/** @see contracts/az.md 8.1 for why NO_PROXY is empty: `localhost` in it would cover every vault */
function toEnvironment({ caCertificatePath, context, bootstrap }: RunningServer): Record<string, string> {
  const { authority, loopback } = context.endpoints
  return {
    NODE_EXTRA_CA_CERTS: caCertificatePath,
    SSL_CERT_FILE: caCertificatePath,
    REQUESTS_CA_BUNDLE: caCertificatePath,
    HTTPS_PROXY: loopback,
    NO_PROXY: "",
    AZURE_AUTHORITY_HOST: authority,
    AZURE_TENANT_ID: testTenantId,
    AZURE_CLIENT_ID: bootstrap?.operator.clientId ?? "",
    AZURE_CLIENT_SECRET: bootstrap?.operator.clientSecret ?? "",
  }
}

function toResponse(answer: Awaited<ReturnType<Site["inject"]>>): Response {
  const headers = new Headers()
  for (const [name, value] of Object.entries(answer.headers)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined) headers.append(name, String(each))
    }
  }
  const withoutBody = [204, 205, 304].includes(answer.statusCode)
  return new Response(withoutBody ? null : new Uint8Array(answer.rawPayload), {
    status: answer.statusCode,
    headers,
  })
}
