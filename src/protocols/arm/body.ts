import type { FastifyRequest } from "fastify"
import * as v from "valibot"
import { jsonBody } from "../json-body.ts"
import { invalidContent } from "./errors.ts"

/**
 * The JSON body, by its schema. Members that the schema does not have are let go: newer clients send
 * more than we know.
 *
 * @throws BodyError the body is no JSON object
 * @throws ArmError `InvalidRequestContent` naming every member that does not fit; values are not repeated
 */
export function parseBody<Schema extends v.GenericSchema>(
  request: FastifyRequest,
  schema: Schema,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, jsonBody(request))
  if (result.success) return result.output
  const problems = result.issues.map((issue) => `'${v.getDotPath(issue)}' ${problemOf(issue)}`)
  throw invalidContent(
    `The request content was invalid: ${problems.join("; ")}.`,
    v.getDotPath(result.issues[0]) ?? undefined,
  )
}

function problemOf({ kind, expected, received }: v.BaseIssue<unknown>): string {
  if (received === "undefined") return "is missing"
  return kind === "schema" ? `must be ${expected ?? "something else"}` : "is not valid"
}

/** Tags as they came: which names and values they may have is a rule of the domain. */
export const tagsSchema = v.nullish(v.record(v.string(), v.unknown()))

/** `null` says the same as nothing. */
export function given<T>(value: T | null | undefined): T | undefined {
  return value ?? undefined
}
