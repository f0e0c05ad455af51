import { createTokenRole, getTokenRole, listTokenRoles } from "../../domain/app-tokens/index.ts"
import { toRoleBody } from "./bodies.ts"
import { bodyMembers, optionalText, requiredText } from "./members.ts"
import type { CallerOperation } from "./operation.ts"
import { pathId } from "./path-and-query.ts"

export const listRoles: CallerOperation = async (context) => (await listTokenRoles(context)).map(toRoleBody)

export const getRole: CallerOperation = async (context, _caller, { request }) =>
  toRoleBody(await getTokenRole(context, pathId(request)))

/** `POST /role`: a role that guards endpoints by its name. */
export const createRole: CallerOperation = async (context, caller, { request }) => {
  const members = bodyMembers(request)
  const role = await createTokenRole(context, caller, {
    name: requiredText(members, "name"),
    description: optionalText(members, "description"),
  })
  return toRoleBody(role)
}
