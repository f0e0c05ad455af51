import type { DomainContext } from "../context.ts"

/** What the operator decides about app tokens. */
export interface AppTokenSettings {
  readonly issuer: string
  readonly audience: string
  /** Life of a token when none is asked for. */
  readonly lifetimeDays: number
  /** A longer life is refused, not shortened. */
  readonly maxLifetimeDays: number
  /** Checks tokens signed with a short or published key; never signs with one. For moving off such a key. */
  readonly acceptWeakSigningKey?: boolean | undefined
}

/** @see contracts/app-tokens.md 1.1 */
export const defaultAppTokenSettings: AppTokenSettings = {
  issuer: "IronmanSoftware",
  audience: "PowerShellUniversal",
  lifetimeDays: 365,
  maxLifetimeDays: 3650,
}

/** What the functions of this folder are given. */
export interface AppTokenContext extends DomainContext {
  readonly appTokens: AppTokenSettings
}
