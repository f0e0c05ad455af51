/** The app-token surface on both of its sites over a store in memory, seen by a client. No other surface. */
import { hashPassword } from "../src/crypto/password-hash.ts"
import {
  createIdentity,
  createTokenRole,
  insertIdentity,
  issueAppToken,
  systemAppTokenCaller,
} from "../src/domain/app-tokens/index.ts"
import { createLog, createSite } from "../src/http/index.ts"
import { registerAppTokens } from "../src/protocols/app-tokens/index.ts"
import { type AppTokenTestContext, openAppTokenContext } from "./app-tokens.ts"

export interface AppTokenClient {
  context: AppTokenTestContext
  /** Signs in by itself; identity 1. */
  administrator: { username: string; password: string }
  /** Sends to a path below `/api/v1`, on the loopback site when none is named. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>
  /** Signs the administrator in and answers the session as a Cookie header. */
  signIn(): Promise<string>
  /** A token of a new identity with these roles; custom roles are made when needed. */
  tokenOf(name: string, ...roles: string[]): Promise<string>
  /** A new identity; answers its id. */
  identityOf(name: string, roles: string[], password?: string): Promise<number>
}

export interface CallOptions {
  body?: unknown
  token?: string | undefined
  headers?: Record<string, string>
  site?: "main" | "loopback"
}

export interface Answer {
  status: number
  /** Parsed JSON; an empty text when there is none. */
  body: unknown
  header(name: string): string | undefined
}

const system = systemAppTokenCaller()
const administrator = { username: "Admin", password: "correct horse battery" }
/** Once a file: argon2 takes longer than most tests. */
const administratorHash = hashPassword(administrator.password)

export async function openAppTokenClient({ maxBodyBytes = 1_048_576 } = {}): Promise<AppTokenClient> {
  const context = await openAppTokenContext()
  const sites = openSites(context, maxBodyBytes)
  const call: AppTokenClient["call"] = async (method, path, options = {}) => {
    const { body, token, headers, site = "loopback" } = options
    const answer = await sites[site].inject({
      method: method as "GET",
      url: `/api/v1${path}`,
      headers: {
        host: "127.0.0.1:5000",
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { payload: typeof body === "string" ? body : JSON.stringify(body) }),
    })
    return {
      status: answer.statusCode,
      body: answer.body === "" ? "" : JSON.parse(answer.body),
      header: (name) => answer.headers[name]?.toString(),
    }
  }
  const identityOf: AppTokenClient["identityOf"] = async (name, tokenRoles, password) =>
    (await createIdentity(context, system, { name, tokenRoles, password })).id
  const passwordHash = await administratorHash
  await context.store.transaction((tx) =>
    insertIdentity(tx, context, system, {
      name: administrator.username,
      tokenRoles: ["Administrator"],
      passwordHash,
    }),
  )
  return {
    context,
    administrator,
    call,
    signIn: async () => {
      const { header } = await call("POST", "/signin", { body: administrator })
      return header("set-cookie")!.split(";", 1)[0]!
    },
    tokenOf: async (name, ...roles) => {
      for (const role of roles) await createTokenRole(context, system, { name: role }).catch(() => undefined)
      return (await issueAppToken(context, system, { identity: { name }, tokenRoles: roles })).token
    },
    identityOf,
  }
}

function openSites(context: AppTokenTestContext, maxBodyBytes: number) {
  const log = createLog({ level: "silent", format: "json" })
  const open = (name: "main" | "loopback") => {
    const site = createSite({ name, ids: context.ids, log, maxBodyBytes })
    registerAppTokens(site, { ...context, log }, { settings: context.appTokens, site: name })
    return site
  }
  return { main: open("main"), loopback: open("loopback") }
}
