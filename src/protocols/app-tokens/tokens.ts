/** Tokens on record: import, list, look at, revoke. Values are never among the answers. */
import { getAppToken, importAppToken, listAppTokens, revokeAppToken } from "../../domain/app-tokens/index.ts"
import { toAppTokenBody } from "./bodies.ts"
import { bodyMembers, optionalDate, optionalRoles, requiredText } from "./members.ts"
import type { CallerOperation } from "./operation.ts"
import { pathId } from "./path-and-query.ts"

/**
 * `POST /apptoken`: takes in a token of another installation. `Role` and `Expiration` may narrow what
 * the token says; `Identity` is what the token says, whatever the body does.
 */
export const importToken: CallerOperation = async (context, caller, { request }) => {
  const members = bodyMembers(request)
  const imported = await importAppToken(context, caller, {
    token: requiredText(members, "token"),
    tokenRoles: optionalRoles(members, "role"),
    expiresAt: optionalDate(members, "expiration"),
  })
  return toAppTokenBody(imported)
}

export const listTokens: CallerOperation = async (context, caller) => {
  const appTokens = await listAppTokens(context, caller)
  return appTokens.map((appToken) => toAppTokenBody(appToken))
}

export const getToken: CallerOperation = async (context, caller, { request }) =>
  toAppTokenBody(await getAppToken(context, caller, pathId(request)))

/** `DELETE /apptoken/{id}`: answers the token as it is from now on. */
export const revokeToken: CallerOperation = async (context, caller, { request }) =>
  toAppTokenBody(await revokeAppToken(context, caller, pathId(request)))
