/** Reading the address of a request: the id in its path, the life of a token in its query. */
import type { FastifyRequest } from "fastify"
import { dayCountNames } from "../../wire/app-token.ts"
import { AppTokenError } from "./errors.ts"
import { invalid, toMembers } from "./members.ts"

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
