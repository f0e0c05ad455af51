/**
 * Token roles: the built-in ones, as data that nothing changes, and which role covers which.
 * @see contracts/app-tokens.md 1.5
 */

export interface TokenRole {
  id: number
  name: string
  description: string
  /** `area/action`, `*` for any. A role without permissions guards by its name alone. */
  permissions: readonly string[]
  builtIn: boolean
}

function builtIn(id: number, name: string, description: string, ...permissions: string[]): TokenRole {
  return Object.freeze({ id, name, description, permissions: Object.freeze(permissions), builtIn: true })
}

// prettier-ignore
export const builtInTokenRoles: readonly TokenRole[] = Object.freeze([
  builtIn(1, "Administrator", "Everything, tokens of others included.", "*"),
  builtIn(2, "Operator", "Runs and changes what the server offers.", "apis/*", "automation/*", "apps/*", "platform/*", "settings/*"),
  builtIn(3, "Execute", "Runs what is there, reads the rest.", "apis/read", "apis/execute", "automation/read", "automation/execute", "apps/read", "apps/execute", "platform/read", "settings/read"),
  builtIn(4, "Reader", "Reads, changes nothing.", "apis/read", "apps/read", "automation/read"),
  builtIn(5, "User", "No management; what is offered to users by name."),
  builtIn(6, "API Editor", "Changes APIs.", "apis/*"),
  builtIn(7, "API Reader", "Reads APIs.", "apis/read"),
  builtIn(8, "App Editor", "Changes apps.", "apps/*"),
  builtIn(9, "App Reader", "Reads apps.", "apps/read"),
])

/** Roles that open the management API. */
export const managementRoles: readonly string[] = ["Administrator", "Operator", "Reader"]

/** Whether `held` names at least one of `wanted`, letter case ignored. */
export function holdsAnyRole(held: readonly string[], wanted: readonly string[]): boolean {
  return wanted.some((name) => held.some((other) => sameRole(name, other)))
}

/**
 * Whether someone with these roles may give the role away: they hold it by name, are Administrator, or
 * hold a role whose permissions include all of it. A role without permissions is covered by name only.
 */
export function coversRole(held: readonly string[], wanted: string): boolean {
  return held.some((name) => sameRole(name, wanted) || includes(permissionsOf(name), permissionsOf(wanted)))
}

export function sameRole(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}

function permissionsOf(roleName: string): readonly string[] {
  return builtInTokenRoles.find(({ name }) => sameRole(name, roleName))?.permissions ?? []
}

function includes(held: readonly string[], wanted: readonly string[]): boolean {
  if (held.includes("*")) return true
  return (
    wanted.length > 0 && wanted.every((permission) => held.some((pattern) => permits(pattern, permission)))
  )
}

function permits(pattern: string, permission: string): boolean {
  return pattern === permission || (pattern.endsWith("/*") && permission.startsWith(pattern.slice(0, -1)))
}
