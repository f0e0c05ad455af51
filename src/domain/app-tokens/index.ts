/**
 * App tokens: long-lived bearer tokens with roles, held by named identities, for one's own HTTP APIs.
 * It owns identities, token roles, sign-in and sessions, issuing, importing, checking, listing and
 * revoking, and the key that signs. It does not own directory users and their passwords (users/) nor
 * tokens of the authority (tokens/); what a token looks like is one file each in formats/.
 *
 * Rules
 * - A value is told once, when it is made; what is kept is a keyed digest.
 * - Nobody grants more than they hold.
 * - A token counts when its signature, its dates *and* its record here say so: a revoked one is
 *   refused at the very next check.
 *
 * Governing documents: STORIES D, contracts/app-tokens.md 1.
 */
export { type AppTokenCaller, systemAppTokenCaller, toAppTokenCaller } from "./caller.ts"
export { createTokenRole, getTokenRole, listTokenRoles, type NewTokenRole } from "./custom-roles.ts"
export { looksLikeAppToken } from "./formats/index.ts"
export { type VerifiedAppToken, verifyAppToken } from "./check.ts"
export { type IssuedAppToken, issueAppToken, type NewAppToken } from "./grant.ts"
export {
  createIdentity,
  findIdentityByName,
  getIdentity,
  insertIdentity,
  listIdentities,
  type NewIdentity,
} from "./identities.ts"
export { importAppToken, type ImportedAppToken } from "./import.ts"
export { type AppToken, getAppToken, listAppTokens } from "./list.ts"
export { revokeAppToken } from "./revoke.ts"
export { openSession, type OpenedSession, verifySession } from "./sessions.ts"
export { type AppTokenContext, type AppTokenSettings, defaultAppTokenSettings } from "./settings.ts"
export { signIn, type SignInRequest } from "./sign-in.ts"
export { signInPauseSeconds } from "./sign-in-throttle.ts"
export { documentedDefaultSigningKey, ensureAppTokenSigningKey } from "./signing-key.ts"
export type { TokenRole } from "./token-roles.ts"
