/** An app-token authority in memory: identities of every kind, their tokens, a frozen clock. */
import {
  type AppTokenCaller,
  type AppTokenContext,
  type AppTokenSettings,
  createIdentity,
  createTokenRole,
  defaultAppTokenSettings,
  ensureAppTokenSigningKey,
  issueAppToken,
  systemAppTokenCaller,
  toAppTokenCaller,
} from "../src/domain/app-tokens/index.ts"
import type { FrozenClock } from "../src/clock.ts"
import type { Ids } from "../src/ids.ts"
import { openTestContext } from "./context.ts"

export interface AppTokenTestContext extends AppTokenContext {
  readonly clock: FrozenClock
}

export const system = systemAppTokenCaller()

export async function openAppTokenContext(
  parts: { settings?: Partial<AppTokenSettings>; signingKey?: string; ids?: Ids } = {},
): Promise<AppTokenTestContext> {
  const opened = await openTestContext(parts.ids === undefined ? {} : { ids: parts.ids })
  const context = { ...opened, appTokens: { ...defaultAppTokenSettings, ...parts.settings } }
  await ensureAppTokenSigningKey(context, { signingKey: parts.signingKey })
  return context
}

/** An identity and the caller it is when it signs in. */
export async function addCaller(
  context: AppTokenContext,
  name: string,
  ...tokenRoles: string[]
): Promise<AppTokenCaller & { identityId: number }> {
  const identity = await createIdentity(context, system, { name, tokenRoles })
  return { ...toAppTokenCaller({ identity, tokenRoles }, "test"), identityId: identity.id }
}

/** A token for a new identity with these roles, made by keybearer itself. */
export async function addToken(
  context: AppTokenContext,
  name: string,
  ...tokenRoles: string[]
): Promise<string> {
  const issued = await issueAppToken(context, system, { identity: { name }, tokenRoles })
  return issued.token
}

export async function addCustomRole(context: AppTokenContext, name: string): Promise<void> {
  await createTokenRole(context, system, { name })
}

/** What happened, without times and MACs. */
export async function auditTrail(context: AppTokenContext): Promise<string[]> {
  const events = await context.store.auditEvents.list({ orderBy: "sequence" })
  return events.map(({ actor, action, target, outcome }) => `${actor} ${action} ${target} ${outcome}`)
}
