import type { AppTokenIdentityRecord } from "../../storage/records.ts"

/** The authenticated requester of the app-token authority. */
export interface AppTokenCaller {
  /** `null` is keybearer itself. */
  identityId: number | null
  name: string
  /** Roles held in this request: those of the presented token, or of the identity that signed in. */
  tokenRoles: readonly string[]
  correlationId: string
}

/** keybearer itself, at first start and when it applies a seed file; no request ever becomes it. */
export function systemAppTokenCaller(): AppTokenCaller {
  return { identityId: null, name: "system", tokenRoles: ["Administrator"], correlationId: "system" }
}

/** The caller that a verified token, a session or a password has proved. */
export function toAppTokenCaller(
  proven: { identity: AppTokenIdentityRecord; tokenRoles: readonly string[] },
  correlationId: string,
): AppTokenCaller {
  const { identity, tokenRoles } = proven
  return { identityId: identity.id, name: identity.name, tokenRoles, correlationId }
}
