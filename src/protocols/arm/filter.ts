import { ArmError } from "./errors.ts"

const filterLengthMax = 2048

/** One condition of a `$filter`: `name eq 'v'` or `atScope()`. */
export type Clause = { name: string; value: string } | { call: string; argument: string | undefined }

const comparison = /^(?<name>[a-z/]+)\s+eq\s+'(?<value>(?:[^']|'')*)'$/i
const call = /^(?<call>[a-z]+)\(\s*(?:'(?<argument>(?:[^']|'')*)')?\s*\)$/i

/**
 * The conditions of an OData filter that are joined by `and`, which is all that the clients send.
 *
 * @param known names and calls, in the spelling of the result; letter case is ignored
 * @throws ArmError `InvalidFilterInQueryString`
 */
export function parseFilter(filter: string | undefined, known: readonly string[]): Clause[] {
  if (filter === undefined || filter.trim() === "") return []
  if (filter.length > filterLengthMax) throw notSupported(known)
  return splitAtAnd(filter).map((text) => parseClause(text.trim(), known))
}

/** An `and` between quotes is text. One pass over the filter, however its blanks and quotes are laid out. */
function splitAtAnd(filter: string): string[] {
  const clauses = [""]
  for (const [index, piece] of filter.split("'").entries()) {
    const isQuoted = index % 2 === 1
    const [rest = "", ...more] = isQuoted ? [piece] : piece.split(/\sand\s/i)
    clauses.push(`${clauses.pop()}${index === 0 ? "" : "'"}${rest}`, ...more)
  }
  return clauses
}

function parseClause(text: string, known: readonly string[]): Clause {
  const compared = comparison.exec(text)?.groups
  const called = call.exec(text)?.groups
  const spelled = compared?.["name"] ?? called?.["call"] ?? ""
  const name = known.find((each) => each.toLowerCase() === spelled.toLowerCase())
  if (name === undefined) throw notSupported(known)
  const unquoted = (value: string | undefined) => value?.replaceAll("''", "'")
  if (compared !== undefined) return { name, value: unquoted(compared["value"]) ?? "" }
  return { call: name, argument: unquoted(called?.["argument"]) }
}

function notSupported(known: readonly string[]): ArmError {
  const message = `The filter is not supported. It may have: ${known.join(", ")}.`
  return new ArmError("InvalidFilterInQueryString", message)
}

/** The value that the filter compares this name with. */
export function comparedValue(clauses: readonly Clause[], name: string): string | undefined {
  const clause = clauses.find((each) => "name" in each && each.name === name)
  return clause !== undefined && "name" in clause ? clause.value : undefined
}

/** The call of that name in the filter. */
export function findCall(
  clauses: readonly Clause[],
  name: string,
): { argument: string | undefined } | undefined {
  const clause = clauses.find((each) => "call" in each && each.call === name)
  return clause !== undefined && "call" in clause ? clause : undefined
}
