/**
 * Reading what clients send: JSON members and query names in any letter case, roles and dates in the
 * forms that the vendor's clients use.
 * @see contracts/app-tokens.md 1.2
 */
import type { FastifyRequest } from "fastify"
import { jsonBody } from "../json-body.ts"
import { AppTokenError } from "./errors.ts"

/** Untrusted members by lower-case name; `null` is absent. */
export type Members = ReadonlyMap<string, unknown>

/** @throws BodyError; AppTokenError `invalidInput` - a member given twice, in different letter case */
export function bodyMembers(request: FastifyRequest): Members {
  return toMembers(jsonBody(request))
}

/** Like `bodyMembers`, but a request without a body has no members. */
export function optionalBodyMembers(request: FastifyRequest): Members {
  const { body } = request
  return body instanceof Uint8Array && body.length > 0 ? bodyMembers(request) : new Map()
}

/** @throws AppTokenError `invalidInput` - a name twice, in different letter case */
export function toMembers(value: object): Members {
  const members = new Map<string, unknown>()
  for (const [name, member] of Object.entries(value)) {
    const key = name.toLowerCase()
    if (members.has(key)) throw invalid(`Member "${key}" is given twice`)
    members.set(key, member ?? undefined)
  }
  return members
}

/** @throws AppTokenError `invalidInput` - no text */
export function optionalText(members: Members, name: string): string | undefined {
  const value = members.get(name)
  if (value === undefined || typeof value === "string") return value
  throw invalid(`"${name}" must be a text`)
}

/** @throws AppTokenError `invalidInput` - absent, empty or no text */
export function requiredText(members: Members, name: string): string {
  const value = optionalText(members, name)
  if (value === undefined || value === "") throw invalid(`"${name}" is missing`)
  return value
}

/** @throws AppTokenError `invalidInput` - no object */
export function optionalObject(members: Members, name: string): Members | undefined {
  const value = members.get(name)
  if (value === undefined) return undefined
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid(`"${name}" must be an object`)
  return toMembers(value)
}

/** Role names: a text, several with commas, or an array. Nothing given, or none in it, is no wish. */
export function optionalRoles(members: Members, name: string): string[] | undefined {
  const value = members.get(name)
  if (value === undefined) return undefined
  const texts: unknown[] = Array.isArray(value) ? value : [value]
  if (!texts.every((text) => typeof text === "string"))
    throw invalid(`"${name}" must be a text or an array of texts`)
  const roles = texts
    .flatMap((text) => text.split(","))
    .map((role) => role.trim())
    .filter((role) => role !== "")
  if (roles.length > 64) throw invalid(`"${name}" has more than 64 roles`)
  return roles.length === 0 ? undefined : roles
}

const isoDate =
  /^(?<day>\d{4}-\d{2}-\d{2})(?<time>T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)?(?<zone>Z|[+-]\d{2}:\d{2})?$/

/**
 * An ISO 8601 date as epoch seconds; without a zone it is UTC.
 * @throws AppTokenError `invalidInput`
 */
export function optionalDate(members: Members, name: string): number | undefined {
  const text = optionalText(members, name)
  if (text === undefined || text === "") return undefined
  const { day = "", time = "T00:00", zone = "Z" } = isoDate.exec(text)?.groups ?? {}
  const instant = isCalendarDay(day) ? Date.parse(`${day}${time}${zone}`) : Number.NaN
  if (Number.isNaN(instant)) throw invalid(`"${name}" must be a date such as 2027-01-31T00:00:00Z`)
  return Math.floor(instant / 1000)
}

/** `Date.parse` takes the 30th of February for the 2nd of March. */
function isCalendarDay(day: string): boolean {
  const midnight = new Date(`${day}T00:00Z`)
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day)
}

export function invalid(message: string): AppTokenError {
  return new AppTokenError("invalidInput", message)
}
