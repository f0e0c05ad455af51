/**
 * Vocabulary of the app-token surface: the management API of PowerShell Universal, base `/api/v1`.
 * Members stand in the order in which the vendor shows them.
 * @see contracts/app-tokens.md 1.2, 1.8
 */

export const basePath = "/api/v1"

/** The version of the vendor's API that this surface follows; clients compare it. */
export const apiVersion = "5.6.13"

/** Where a signed-in person is sent. */
export const returnUrl = "/admin"

export const sessionCookieName = "keybearer-session"

/** How a date that never came reads: .NET's smallest, without zone. */
export const noDate = "0001-01-01T00:00:00"

/** Names under which clients send a number of days in the query. */
export const dayCountNames = ["lifespanDays", "lifetimeInDays", "expiration"] as const

export interface IdentityBody {
  id: number
  name: string
  /** Where the identity is from: 0 is this server. */
  source: 0
  /** Several roles are joined by comma and space. */
  role: string
}

export interface AppTokenBody {
  id: number
  /** Blank on every read: the value is told once. */
  token: string
  identity: IdentityBody
  revoked: boolean
  role: string
  /** UTC, as `2026-11-21T00:00:00Z`. */
  created: string
  expiration: string
  revokedDate: string
  lastUsed: string
}

export interface RoleBody {
  id: number
  name: string
  description: string
  permissions: readonly string[]
}

export interface ErrorBody {
  /** What the vendor's clients read. */
  errorMessage: string
  /** Ours, for programs: a row of `errorCodes`. */
  code: ErrorCode
}

/** Every error this surface answers, with its status. Each has its row in docs/errors/app-tokens.md. */
export const errorCodes = {
  invalidBody: 400,
  invalidInput: 400,
  credentialsMissing: 401,
  credentialsInvalid: 401,
  signInFailed: 401,
  crossSiteRequest: 403,
  forbidden: 403,
  notFound: 404,
  alreadyExists: 409,
  bodyTooLarge: 413,
  wrongHost: 421,
  tooManyAttempts: 429,
  internalError: 500,
  busy: 503,
  notReady: 503,
} as const

export type ErrorCode = keyof typeof errorCodes
