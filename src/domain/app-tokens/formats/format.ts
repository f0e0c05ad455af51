import type { AppTokenSigningKey } from "../signing-key.ts"

/** What a token says about itself, in our words. Instants are epoch seconds. */
export interface AppTokenContent {
  identityName: string
  /** The random identifier by which a presented token finds its record. */
  handle: string
  tokenRoles: readonly string[]
  issuer: string
  audience: string
  notBefore: number
  expiresAt: number
}

/** A presented token whose signature holds. Nothing else about it has been checked. */
export interface ReadAppToken {
  handle: string
  signingKeyId: string | null
  /** `null` for a format that keeps everything in the record. */
  content: AppTokenContent | null
}

export interface AppTokenFormat {
  /** As records name it. */
  readonly name: string
  /** Whether a text looks like this format, before any work is spent on it. */
  recognizes(token: string): boolean
  /** @throws TypeError the key is too weak to sign with */
  issue(content: AppTokenContent, signingKey: AppTokenSigningKey): string
  /**
   * @param token untrusted
   * @throws DomainError `unauthenticated` - malformed, or signed by none of the keys
   */
  verify(token: string, keys: readonly AppTokenSigningKey[]): ReadAppToken
}
