import * as v from "valibot"
import * as access from "../../domain/access/index.ts"
import { resourceTypes, type RoleAssignmentBody } from "../../wire/arm.ts"
import { given, parseBody } from "./body.ts"
import { type Answer, type ArmCall, noContent, ok, param, put, queryParam, toTimestamp } from "./call.ts"
import { ArmError } from "./errors.ts"
import { comparedValue, findCall, parseFilter } from "./filter.ts"
import { toRoleDefinitionId } from "./role-definitions.ts"

const bodySchema = v.object({
  properties: v.object({
    roleDefinitionId: v.string(),
    principalId: v.string(),
    principalType: v.nullish(v.string()),
    description: v.nullish(v.string()),
    condition: v.nullish(v.string()),
  }),
})

export async function createRoleAssignment(call: ArmCall): Promise<Answer> {
  const { context, caller, request } = call
  const { properties } = parseBody(request, bodySchema)
  if (given(properties.condition) !== undefined) {
    // Granting without the condition would give more than was asked for.
    throw new ArmError(
      "FeatureNotSupported",
      "Conditions of role assignments are not supported here. Leave the condition out, and give the role at a narrower scope.",
      { target: "properties.condition" },
    )
  }
  const { assignment, created } = await access.createRoleAssignment(context, caller, {
    ...nameOf(call),
    roleDefinitionId: properties.roleDefinitionId,
    principalId: properties.principalId,
    description: given(properties.description),
  })
  return put(created, toBody(assignment))
}

export async function getRoleAssignment(call: ArmCall): Promise<Answer> {
  return ok(toBody(await access.getRoleAssignment(call.context, call.caller, nameOf(call))))
}

export async function deleteRoleAssignment(call: ArmCall): Promise<Answer> {
  const deleted = await access.deleteRoleAssignment(call.context, call.caller, nameOf(call))
  return deleted === undefined ? noContent : ok(toBody(deleted))
}

export async function listRoleAssignments(call: ArmCall): Promise<Answer> {
  const { context, caller, request } = call
  const filter = parseFilter(queryParam(request, "$filter"), ["atScope", "principalId", "assignedTo"])
  const principalId = comparedValue(filter, "principalId") ?? findCall(filter, "assignedTo")?.argument
  const assignments = await access.listRoleAssignments(context, caller, param(call, "scope"), {
    atScope: findCall(filter, "atScope") !== undefined,
    ...(principalId === undefined ? {} : { principalId: principalId.toLowerCase() }),
  })
  return ok({ value: assignments.map(toBody) })
}

function nameOf(call: ArmCall): { assignmentScope: string; id: string } {
  return { assignmentScope: param(call, "scope"), id: param(call, "id") }
}

function toBody(assignment: access.RoleAssignment): RoleAssignmentBody {
  const { id, scope, roleDefinitionId, principalId, principalType, description, createdBy } = assignment
  const createdOn = toTimestamp(assignment.createdAt)
  const creator = createdBy === "system" ? null : createdBy
  return {
    properties: {
      roleDefinitionId: toRoleDefinitionId(roleDefinitionId, scope),
      principalId,
      principalType,
      scope,
      condition: null,
      conditionVersion: null,
      createdOn,
      updatedOn: createdOn,
      createdBy: creator,
      updatedBy: creator,
      delegatedManagedIdentityResourceId: null,
      description,
    },
    id: `${scope}/providers/${resourceTypes.roleAssignment}/${id}`,
    type: resourceTypes.roleAssignment,
    name: id,
  }
}
