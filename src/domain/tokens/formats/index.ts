/**
 * The two formats of access tokens, v1.0 and v2.0: which claims say what, and reading them back. The claim names
 * are the format, so here they may be spelled. A new version is one file and one line. It does not own which
 * version a resource gets (applications/) nor signatures (crypto/jws.ts).
 *
 * Governing document: contracts/entra.md 2.10 and 2.11.
 */
import type { Claims, TokenFormat } from "./format.ts"
import { v1 } from "./v1.ts"
import { v2 } from "./v2.ts"

export type { AppOnlyFacts, ClientStrength, ReadFacts, TokenFormat } from "./format.ts"

const formats: Readonly<Record<1 | 2, TokenFormat>> = { 1: v1, 2: v2 }

export function formatOf(version: 1 | 2): TokenFormat {
  return formats[version]
}

/** The format that a token claims to have. */
export function findFormat(claims: Claims): TokenFormat | undefined {
  if (claims["ver"] === "1.0") return v1
  return claims["ver"] === "2.0" ? v2 : undefined
}
