/** Granting tokens: `apptoken/grant` for oneself or as the body says, `apptoken/grant/{id}` for an identity. */
import { issueAppToken, type NewAppToken } from "../../domain/app-tokens/index.ts"
import { toAppTokenBody } from "./bodies.ts"
import {
  invalid,
  type Members,
  optionalBodyMembers,
  optionalDate,
  optionalObject,
  optionalRoles,
  optionalText,
} from "./members.ts"
import type { CallerOperation } from "./operation.ts"
import { dayCount, pathId } from "./path-and-query.ts"

/** `GET /apptoken/grant`: for oneself, with all roles of the caller. */
export const grantToCaller: CallerOperation = async (context, caller, { request }) => {
  const issued = await issueAppToken(context, caller, { lifetimeDays: dayCount(request) })
  return toAppTokenBody(issued, issued.token)
}

/** `POST /apptoken/grant`: for the identity, with the roles and until the date that the body gives. */
export const grantAsAsked: CallerOperation = async (context, caller, { request }) => {
  const members = optionalBodyMembers(request)
  const issued = await issueAppToken(context, caller, {
    identity: wantedIdentity(members),
    tokenRoles: optionalRoles(members, "role"),
    expiresAt: optionalDate(members, "expiration"),
    lifetimeDays: dayCount(request),
  })
  return toAppTokenBody(issued, issued.token)
}

/** `GET` and `POST /apptoken/grant/{id}`: with the role defined on that identity. */
export const grantToIdentity: CallerOperation = async (context, caller, { request }) => {
  const issued = await issueAppToken(context, caller, {
    identity: { id: pathId(request) },
    expiresAt:
      request.method === "POST" ? optionalDate(optionalBodyMembers(request), "expiration") : undefined,
    lifetimeDays: dayCount(request),
  })
  return toAppTokenBody(issued, issued.token)
}

/** `identity` of a body: an object with `id` or `name`; an id of 0 is what clients send for none. */
function wantedIdentity(members: Members): NewAppToken["identity"] {
  const identity = optionalObject(members, "identity")
  if (identity === undefined) return undefined
  const id = identity.get("id")
  const name = optionalText(identity, "name")
  if (identity.get("system") === true) throw invalid("The system identity holds no tokens here")
  if (id !== undefined && id !== 0) {
    if (typeof id !== "number" || !Number.isSafeInteger(id) || id < 1)
      throw invalid(`"identity.id" must be a whole number`)
    if (name !== undefined && name !== "")
      throw invalid(`Give either "identity.id" or "identity.name", not both`)
    return { id }
  }
  if (name === undefined || name === "") throw invalid(`"identity" needs an "id" or a "name"`)
  return { name }
}
