/**
 * Access tokens of the authority: the keys that sign them, issuing them to applications and managed identities,
 * and verifying them where they are presented. It owns what a token says and whether it is believed; it does not
 * own who may have one (client-authentication/), which resources there are (applications/) or what a token's
 * bearer may do (access/). Tokens of users, id tokens and refresh tokens have their place here; app tokens have
 * their own folder.
 *
 * Governing documents: contracts/entra.md 2.10-2.12 and 6.3, RFC 7519, RFC 8725.
 */
export { issuerOf } from "./issuer.ts"
export { type IssuedToken, issueAppOnlyToken, type NewAppOnlyToken } from "./issue-token.ts"
export { issueManagedIdentityToken, type ManagedIdentitySelector } from "./managed-identity-token.ts"
export { ensureSigningKeys, type PublishedSigningKey, listPublishedSigningKeys } from "./signing-keys.ts"
export { type VerifiedToken, verifyAccessToken } from "./verify-token.ts"
