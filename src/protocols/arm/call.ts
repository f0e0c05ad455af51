import type { FastifyRequest } from "fastify"
import type { Caller } from "../../domain/access/index.ts"
import type { SurfaceContext } from "../surface.ts"
import { ArmError } from "./errors.ts"

export interface ArmContext extends SurfaceContext {
  readonly region: string
}

/** One request of a known caller to a known operation. */
export interface ArmCall {
  context: ArmContext
  caller: Caller
  request: FastifyRequest
  /** What stands for the words in braces in the route's path, decoded, letter case kept. */
  params: { readonly [name: string]: string }
}

/** A status, and a body where it has one. */
export interface Answer {
  status: 200 | 201 | 204
  body?: object
}

export type Operation = (call: ArmCall) => Promise<Answer>

export function ok(body: object): Answer {
  return { status: 200, body }
}

/** The status of a PUT tells whether the thing is new. */
export function put(created: boolean, body: object): Answer {
  return { status: created ? 201 : 200, body }
}

export const noContent: Answer = { status: 204 }

/** A parameter that the route's path has. */
export function param({ params }: ArmCall, name: string): string {
  const value = params[name]
  if (value === undefined) throw new TypeError(`The route has no {${name}}`)
  return value
}

/** A query parameter, its name in any letter case; the first when it is repeated, undefined when empty. */
export function queryParam({ query }: FastifyRequest, name: string): string | undefined {
  const entries = Object.entries(query as { [name: string]: string | string[] })
  const [, value] = entries.find(([key]) => key.toLowerCase() === name.toLowerCase()) ?? []
  const first = Array.isArray(value) ? value[0] : value
  return first === "" ? undefined : first
}

/** Any api-version is taken, but one has to be there. */
export function requireApiVersion(request: FastifyRequest): string {
  const version = queryParam(request, "api-version")
  if (version !== undefined) return version
  throw new ArmError(
    "MissingApiVersionParameter",
    "The api-version query parameter (?api-version=) is required for all requests.",
  )
}

/** Epoch seconds as ARM writes an instant. */
export function toTimestamp(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().replace(".000Z", "Z")
}
