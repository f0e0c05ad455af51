/**
 * The JWT of PowerShell Universal: HS256, claim names as full URIs in a fixed order, no `kid`. The four
 * documented samples re-mint byte for byte.
 * @see contracts/app-tokens.md 1.1
 */
import { JwsError, type ParsedJws, parseJws, signJws, verifyJws } from "../../../crypto/jws.ts"
import { refusedToken } from "../refused-token.ts"
import type { AppTokenSigningKey } from "../signing-key.ts"
import type { AppTokenContent, AppTokenFormat } from "./format.ts"

const claim = {
  name: "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name",
  /** No digest: a random GUID that plays the part of `jti`. */
  hash: "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/hash",
  role: "http://schemas.microsoft.com/ws/2008/06/identity/claims/role",
} as const

/** Constant; not the user. */
const subject = "PowerShellUniversal"

const textCharactersMax = 256
const rolesMax = 64

export const psuJwt: AppTokenFormat = {
  name: "psu-jwt",

  recognizes: (token) => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token),

  issue(content, { key, weak }) {
    if (weak) throw new TypeError("A weak key never signs")
    return signJws({ alg: "HS256", typ: "JWT" }, toClaims(content), key)
  },

  verify(token, keys) {
    const jws = parse(token)
    const signingKey = keys.find((key) => isSignedBy(jws, key))
    if (signingKey === undefined) throw refusedToken("badSignature")
    const content = toContent(jws.payload)
    return { handle: content.handle, signingKeyId: signingKey.id, content }
  },
}

/** In the order of the documented samples. */
function toClaims(content: AppTokenContent): Record<string, unknown> {
  const { tokenRoles } = content
  return {
    [claim.name]: content.identityName,
    [claim.hash]: content.handle,
    sub: subject,
    [claim.role]: tokenRoles.length === 1 ? tokenRoles[0] : tokenRoles,
    nbf: content.notBefore,
    exp: content.expiresAt,
    iss: content.issuer,
    aud: content.audience,
  }
}

function parse(token: string): ParsedJws {
  try {
    return parseJws(token)
  } catch (error) {
    if (error instanceof JwsError) throw refusedToken("malformed", error)
    throw error
  }
}

function isSignedBy(jws: ParsedJws, { key, weak }: AppTokenSigningKey): boolean {
  try {
    verifyJws(jws, { algorithms: ["HS256"], key, allowShortSecret: weak })
    return true
  } catch (error) {
    if (error instanceof JwsError) return false
    throw error
  }
}

/** Reads the short names too, which .NET maps to the long ones. */
function toContent(payload: Readonly<Record<string, unknown>>): AppTokenContent {
  return {
    identityName: text(payload[claim.name] ?? payload["name"]),
    handle: text(payload[claim.hash] ?? payload["hash"]),
    tokenRoles: roles(payload[claim.role] ?? payload["role"]),
    issuer: text(payload["iss"]),
    audience: text(payload["aud"]),
    notBefore: instant(payload["nbf"]),
    expiresAt: instant(payload["exp"]),
  }
}

function text(value: unknown): string {
  if (typeof value !== "string" || value === "" || value.length > textCharactersMax)
    throw refusedToken("malformed")
  return value
}

function roles(value: unknown): string[] {
  if (value === undefined) return []
  const names: unknown[] = Array.isArray(value) ? value : [value]
  if (names.length > rolesMax) throw refusedToken("malformed")
  return names.map(text)
}

function instant(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw refusedToken("malformed")
  return value as number
}
