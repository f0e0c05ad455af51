/**
 * Reading what clients send: JSON members and query names in any letter case, roles and dates in the
 * forms that the vendor's clients use.
 * @see contracts/app-tokens.md 1.2
 */
import type { FastifyRequest } from "fastify"
import { dayCountNames } from "../../wire/app-token.ts"
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

function toMembers(value: object): Members {
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

const isoDate = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?<zone>Z|[+-]\d{2}:\d{2})?)?$/

/**
 * An ISO 8601 date as epoch seconds; without a zone it is UTC.
 * @throws AppTokenError `invalidInput`
 */
export function optionalDate(members: Members, name: string): number | undefined {
  const text = optionalText(members, name)
  if (text === undefined || text === "") return undefined
  const match = isoDate.exec(text)
  const local = match !== null && match.groups?.["zone"] === undefined && text.includes("T")
  const instant = match === null ? Number.NaN : Date.parse(local ? `${text}Z` : text)
  if (Number.isNaN(instant)) throw invalid(`"${name}" must be a date such as 2027-01-31T00:00:00Z`)
  return Math.floor(instant / 1000)
}

/** The day count of a query, under any of its names. @throws AppTokenError `invalidInput` */
export function dayCount(request: FastifyRequest): number | undefined {
  const query = toMembers(request.query as object)
  const given = dayCountNames
    .map((name) => query.get(name.toLowerCase()))
    .filter((value) => value !== undefined)
  if (given.length === 0) return undefined
  const [value] = given
  if (given.length > 1 || typeof value !== "string" || !/^\d{1,6}$/.test(value)) {
    throw invalid("Give the life of the token once, as a whole number of days")
  }
  return Number(value)
}

/** The `id` of the path; what cannot be an id is answered like an id that is not there. */
export function pathId(request: FastifyRequest): number {
  const { id = "" } = request.params as { id?: string }
  if (!/^[1-9]\d{0,14}$/.test(id))
    throw new AppTokenError("notFound", "There is nothing of this id: ids are whole numbers")
  return Number(id)
}

export function invalid(message: string): AppTokenError {
  return new AppTokenError("invalidInput", message)
}
