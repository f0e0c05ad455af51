import { recordEvent } from "../audit/index.ts"
import type { DomainContext } from "../context.ts"
import type { AppTokenCaller } from "./caller.ts"
import { type AppToken, appTokenNotFound, getAppToken } from "./list.ts"

/**
 * Revokes a token for good: the next check refuses it. The record stays. Revoking again changes nothing.
 *
 * @throws DomainError `forbidden` - no role of the management API
 * @throws DomainError `notFound` - no such token, or another's and the caller is no Administrator
 */
export async function revokeAppToken(
  context: DomainContext,
  caller: AppTokenCaller,
  id: number,
): Promise<AppToken> {
  const { identity } = await getAppToken(context, caller, id)
  const record = await context.store.transaction(async (tx) => {
    const found = await tx.appTokens.find({ id })
    if (found === undefined) throw appTokenNotFound(id)
    if (found.revokedAt !== null) return found
    const revoked = { ...found, revokedAt: context.clock.now() }
    await tx.appTokens.update(revoked)
    await recordEvent(tx, context, {
      tenantId: null,
      actor: caller.name,
      action: "AppTokenRevoke",
      target: identity.name,
      correlationId: caller.correlationId,
      details: { appTokenId: id },
    })
    return revoked
  })
  return { record, identity }
}
