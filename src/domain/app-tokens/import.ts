import { digestSecret } from "../../crypto/secret-hash.ts"
import { DomainError, invalidInput } from "../errors.ts"
import type { AppTokenCaller } from "./caller.ts"
import { assertContent } from "./check.ts"
import { resolveRoleNames } from "./custom-roles.ts"
import { type AppTokenContent, formatOf } from "./formats/index.ts"
import { identityFor, insertAppToken } from "./grant.ts"
import { parseIdentityName } from "./identities.ts"
import { assertExpiry } from "./lifetime.ts"
import type { AppToken } from "./list.ts"
import { requireAdministrator } from "./require-token-role.ts"
import type { AppTokenContext } from "./settings.ts"
import { listVerificationKeys } from "./signing-key.ts"
import { coversRole, sameRole } from "./token-roles.ts"

export interface ImportedAppToken {
  token: string
  /** Keeps of the token's roles those that these cover; never adds one. */
  tokenRoles?: readonly string[] | undefined
  /** Epoch seconds. Ends the token earlier than it says; never later. */
  expiresAt?: number | undefined
}

/**
 * Takes in a token made on another installation with the same signing key. Name, roles and dates are
 * those of the token; the request may only narrow them. An identity it makes has no role of its own.
 *
 * @throws DomainError `forbidden` - the caller is no Administrator
 * @throws DomainError `invalidInput` - not a token, signed by another key, for another issuer or
 *   audience, expired, unknown role, or a life beyond policy
 * @throws DomainError `alreadyExists` - a token of this handle is on record, revoked or not
 * @see contracts/app-tokens.md 1.2, 1.10 (claims win over the body)
 */
export async function importAppToken(
  context: AppTokenContext,
  caller: AppTokenCaller,
  request: ImportedAppToken,
): Promise<AppToken> {
  await requireAdministrator(context, caller, "AppTokenImport")
  const { format, content, signingKeyId } = await readForeignToken(context, request.token)
  const name = parseIdentityName(content.identityName)
  const tokenRoles = await resolveRoleNames(context, narrow(content.tokenRoles, request.tokenRoles))
  const expiresAt = Math.min(content.expiresAt, request.expiresAt ?? content.expiresAt)
  assertExpiry(context, expiresAt)
  const fields = {
    handle: content.handle,
    tokenDigest: digestSecret(context.keyring.pepper, request.token),
    format,
    tokenRoles,
    signingKeyId,
    createdAt: content.notBefore,
    expiresAt,
    imported: true,
  }
  return context.store.transaction(async (tx) => {
    const [existing] = await tx.appTokens.list({ where: { handle: content.handle }, limit: 1 })
    if (existing !== undefined) throw alreadyImported(existing.id)
    const identity = await identityFor(tx, context, caller, { name, record: undefined, tokenRoles: [] })
    const record = await insertAppToken(tx, context, caller, { identity, action: "AppTokenImport", fields })
    return { record, identity }
  })
}

async function readForeignToken(context: AppTokenContext, token: string) {
  try {
    const format = formatOf(token)
    const { content, signingKeyId } = format.verify(token, await listVerificationKeys(context))
    if (content === null) throw invalidInput("appToken", "token", "Tokens of this form cannot be imported")
    assertContent(content, context.appTokens, context.clock.now())
    return { format: format.name, content, signingKeyId }
  } catch (error) {
    // The caller is who they are; it is the token in the request that is at fault.
    if (!(error instanceof DomainError) || error.kind !== "unauthenticated") throw error
    throw new DomainError("invalidInput", "appToken", { target: "token", detail: error.detail, cause: error })
  }
}

function narrow(
  claimed: AppTokenContent["tokenRoles"],
  wanted: readonly string[] | undefined,
): readonly string[] {
  // The vendor's old word for roles decided at use; here it grants nothing.
  const meaningful = claimed.filter((role) => !sameRole(role, "policy"))
  if (wanted === undefined) return meaningful
  const kept = meaningful.filter((role) => coversRole(wanted, role))
  if (kept.length > 0 || meaningful.length === 0) return kept
  throw invalidInput(
    "appToken",
    "role",
    "The token carries none of the roles given. Leave the role out to keep the token's own",
  )
}

function alreadyImported(id: number): DomainError {
  return new DomainError("alreadyExists", "appToken", {
    detail: `This token is on record already, as app token ${id}`,
  })
}
