import { DomainError } from "../errors.ts"

/** Why a presented token does not count; the words are for its holder and tell nothing it does not know. */
const reasons = {
  malformed: "The credential is not an app token",
  badSignature: "The app token was not signed by this server",
  wrongIssuer: "The app token was issued for another server: its issuer differs",
  wrongAudience: "The app token was issued for another server: its audience differs",
  notYetValid: "The app token is not valid yet",
  expired: "The app token has expired",
  unknown: "The app token is unknown to this server; import it or grant another",
  revoked: "The app token was revoked",
  disabled: "The user behind the app token's identity is disabled",
} as const

export type TokenRefusal = keyof typeof reasons

export function refusedToken(reason: TokenRefusal, cause?: unknown): DomainError {
  return new DomainError("unauthenticated", "appToken", { detail: reasons[reason], reason, cause })
}
