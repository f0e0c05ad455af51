import { SdkError } from "./errors.ts"

/**
 * The claims of a token, **not verified**: a client reads them about its own tokens only, to tell its object id or
 * tenant. Never a basis for trust.
 */
export function readTokenClaims(token: string): Readonly<Record<string, unknown>> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"))
    if (typeof claims === "object" && claims !== null) return claims as Record<string, unknown>
  } catch {
    // An opaque token has no claims to read.
  }
  throw new SdkError("unexpectedAnswer", "The token is not a JWT")
}
