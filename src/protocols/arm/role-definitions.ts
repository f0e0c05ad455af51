import * as access from "../../domain/access/index.ts"
import { builtInRolesCreatedOn, resourceTypes, type RoleDefinitionBody } from "../../wire/arm.ts"
import { type Answer, type ArmCall, ok, param, queryParam } from "./call.ts"
import { comparedValue, parseFilter } from "./filter.ts"

export async function listRoleDefinitions(call: ArmCall): Promise<Answer> {
  const { context, caller, request } = call
  const assignmentScope = param(call, "scope")
  const filter = parseFilter(queryParam(request, "$filter"), [
    "roleName",
    "type",
    "atScopeAndBelow",
    "atScope",
  ])
  const roleName = comparedValue(filter, "roleName")?.toLowerCase()
  const type = comparedValue(filter, "type")?.toLowerCase() ?? "builtinrole"
  const roles = await access.listRoleDefinitions(context, caller, assignmentScope)
  const wanted = roles.filter(
    (role) => type === "builtinrole" && (roleName === undefined || role.roleName.toLowerCase() === roleName),
  )
  return ok({ value: wanted.map((role) => toBody(role, assignmentScope)) })
}

export async function getRoleDefinition(call: ArmCall): Promise<Answer> {
  const { context, caller } = call
  const assignmentScope = param(call, "scope")
  const name = { assignmentScope, id: param(call, "id") }
  return ok(toBody(await access.getRoleDefinition(context, caller, name), assignmentScope))
}

/** The id that a role has at a scope: built-in roles belong to the subscription that one asks in. */
export function toRoleDefinitionId(roleId: string, scope: string): string {
  const [subscription = ""] = /^\/subscriptions\/[^/]+/i.exec(scope) ?? []
  return `${subscription}/providers/${resourceTypes.roleDefinition}/${roleId}`
}

function toBody(role: access.RoleDefinition, scope: string): RoleDefinitionBody {
  const { id, roleName, description, actions, notActions, dataActions } = role
  return {
    properties: {
      roleName,
      type: "BuiltInRole",
      description,
      assignableScopes: ["/"],
      permissions: [{ actions, notActions, dataActions, notDataActions: [] }],
      createdOn: builtInRolesCreatedOn,
      updatedOn: builtInRolesCreatedOn,
      createdBy: null,
      updatedBy: null,
    },
    id: toRoleDefinitionId(id, scope),
    type: resourceTypes.roleDefinition,
    name: id,
  }
}
