/** Shapes answers: our records as the vendor spells them. */
import type { AppToken, TokenRole } from "../../domain/app-tokens/index.ts"
import { type AppTokenBody, type IdentityBody, noDate, type RoleBody } from "../../wire/app-token.ts"

/** @param token the value, when it has just been made; blank on every later read */
export function toAppTokenBody({ record, identity }: AppToken, token = ""): AppTokenBody {
  return {
    id: record.id,
    token,
    identity: toIdentityBody(identity),
    revoked: record.revokedAt !== null,
    role: toRoleText(record.tokenRoles),
    created: toDate(record.createdAt),
    expiration: toDate(record.expiresAt),
    revokedDate: record.revokedAt === null ? noDate : toDate(record.revokedAt),
    // Uses are not recorded yet; a date would be a guess.
    lastUsed: noDate,
  }
}

export function toIdentityBody({ id, name, tokenRoles }: AppToken["identity"]): IdentityBody {
  return { id, name, source: 0, role: toRoleText(tokenRoles) }
}

export function toRoleBody({ id, name, description, permissions }: TokenRole): RoleBody {
  return { id, name, description, permissions }
}

function toRoleText(roles: readonly string[]): string {
  return roles.join(", ")
}

/** As .NET writes a UTC date of whole seconds. */
function toDate(epochSeconds: number): string {
  return `${new Date(epochSeconds * 1000).toISOString().slice(0, 19)}Z`
}
