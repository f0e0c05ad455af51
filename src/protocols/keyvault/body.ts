import { badParameter } from "./errors.ts"

/**
 * Members of a JSON body, read one by one. `null` counts as absent, as the official service has it. Each
 * reader throws a KeyVaultError `BadParameter` that names the member and what it should be.
 */
export type Body = Record<string, unknown>

export function requiredText(body: Body, member: string): string {
  const value = optionalText(body, member)
  if (value === undefined) throw badParameter(`Property ${member} is missing. It is a string and required`)
  return value
}

export function optionalText(body: Body, member: string): string | undefined {
  const value = given(body, member)
  if (value === undefined || typeof value === "string") return value
  throw badParameter(`Property ${member} must be a string`)
}

export function optionalBoolean(body: Body, member: string): boolean | undefined {
  const value = given(body, member)
  if (value === undefined || typeof value === "boolean") return value
  throw badParameter(`Property ${member} must be true or false`)
}

export function optionalInteger(body: Body, member: string): number | undefined {
  const value = given(body, member)
  if (value === undefined) return undefined
  if (typeof value === "number" && Number.isSafeInteger(value)) return value
  throw badParameter(`Property ${member} must be a whole number`)
}

export function optionalObject(body: Body, member: string): Body | undefined {
  const value = given(body, member)
  if (value === undefined) return undefined
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Body
  throw badParameter(`Property ${member} must be an object`)
}

export function optionalList<T>(
  body: Body,
  member: string,
  parseItem: (holder: Body, member: string) => T | undefined,
): T[] | undefined {
  const value = given(body, member)
  if (value === undefined) return undefined
  if (!Array.isArray(value)) throw badParameter(`Property ${member} must be a list`)
  return value.map((item: unknown) => {
    const parsed = parseItem({ [member]: item }, member)
    if (parsed === undefined) throw badParameter(`Property ${member} holds null`)
    return parsed
  })
}

function given(body: Body, member: string): unknown {
  const value = Object.hasOwn(body, member) ? body[member] : undefined
  return value === null ? undefined : value
}
