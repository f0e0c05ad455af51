/**
 * Roles that administrators add, for guarding their own endpoints by name, and the question whether a
 * role name means anything here. Few and rarely changed: one setting holds them all.
 */
import type { Json, SettingRecord } from "../../storage/records.ts"
import type { ReadCollection } from "../../storage/store.ts"
import { recordEvent } from "../audit/index.ts"
import type { DomainContext } from "../context.ts"
import { DomainError, invalidInput, notFound } from "../errors.ts"
import type { AppTokenCaller } from "./caller.ts"
import { requireAdministrator } from "./require-token-role.ts"
import { builtInTokenRoles, sameRole, type TokenRole } from "./token-roles.ts"

export interface NewTokenRole {
  name: string
  description?: string | undefined
}

const settingName = "app-token-roles"
const firstCustomId = 1000
const rolesMax = 500
/** No comma: several roles are written as one text with commas. */
const roleName = /^[\p{L}\p{N}](?:[\p{L}\p{N} ._-]{0,62}[\p{L}\p{N}._-])?$/u
/** What older tokens carry in place of roles; it grants nothing, so it can be no role. */
const reservedNames = ["policy"]

/** Built-in and custom roles, by id. */
export async function listTokenRoles(context: DomainContext): Promise<TokenRole[]> {
  return [...builtInTokenRoles, ...(await customRoles(context.store.settings))]
}

/** @throws DomainError `notFound` */
export async function getTokenRole(context: DomainContext, id: number): Promise<TokenRole> {
  const found = (await listTokenRoles(context)).find((role) => role.id === id)
  if (found === undefined) throw notFound("tokenRole", `Role ${id} was not found`)
  return found
}

/**
 * Adds a role that guards endpoints by its name.
 *
 * @throws DomainError `forbidden` - the caller is no Administrator
 * @throws DomainError `invalidInput` - the name against the rules, or too many roles
 * @throws DomainError `alreadyExists` - the name is taken, letter case ignored
 */
export async function createTokenRole(
  context: DomainContext,
  caller: AppTokenCaller,
  request: NewTokenRole,
): Promise<TokenRole> {
  await requireAdministrator(context, caller, "AppTokenRoleCreate")
  const { name, description = "" } = request
  if (!roleName.test(name) || reservedNames.some((reserved) => sameRole(reserved, name))) {
    throw invalidInput(
      "tokenRole",
      "name",
      "A role name has 1 to 64 letters, digits, spaces, dots or hyphens",
    )
  }
  if (description.length > 1024)
    throw invalidInput("tokenRole", "description", "A description has at most 1024 characters")
  return context.store.transaction(async (tx) => {
    const custom = await customRoles(tx.settings)
    if ([...builtInTokenRoles, ...custom].some((role) => sameRole(role.name, name))) {
      throw new DomainError("alreadyExists", "tokenRole", { detail: `Role "${name}" exists already` })
    }
    if (custom.length >= rolesMax)
      throw invalidInput("tokenRole", "name", `There are ${rolesMax} custom roles already`)
    const role = {
      id: (custom.at(-1)?.id ?? firstCustomId) + 1,
      name,
      description,
      permissions: [],
      builtIn: false,
    }
    const setting = toSetting([...custom, role])
    await (custom.length === 0 ? tx.settings.insert(setting) : tx.settings.update(setting))
    await recordEvent(tx, context, {
      tenantId: null,
      actor: caller.name,
      action: "AppTokenRoleCreate",
      target: name,
      correlationId: caller.correlationId,
    })
    return role
  })
}

/**
 * The names as the roles spell them, each once.
 *
 * @throws DomainError `invalidInput` - no such role
 */
export async function resolveRoleNames(context: DomainContext, names: readonly string[]): Promise<string[]> {
  const roles = await listTokenRoles(context)
  const resolved = names.map((name) => {
    const role = roles.find((candidate) => sameRole(candidate.name, name))
    if (role === undefined) throw unknownRole(name)
    return role.name
  })
  return [...new Set(resolved)]
}

function unknownRole(name: string): DomainError {
  const shown = roleName.test(name) ? `There is no role "${name}"` : "There is no such role"
  return invalidInput("tokenRole", "role", `${shown}. Take one of the list of roles, or create it first`)
}

async function customRoles(settings: ReadCollection<"settings">): Promise<TokenRole[]> {
  const setting = await settings.find({ name: settingName })
  const stored = (setting?.value ?? []) as { id: number; name: string; description: string }[]
  return stored.map((role) => ({ ...role, permissions: [], builtIn: false }))
}

function toSetting(roles: readonly TokenRole[]): SettingRecord {
  const value: Json = roles.map(({ id, name, description }) => ({ id, name, description }))
  return { name: settingName, value }
}
