import type { DomainContext } from "../context.ts"
import { notFound } from "../errors.ts"
import type { Caller } from "./caller.ts"
import { requireAction } from "./decision.ts"
import { builtInRoles, findRoleDefinition, type RoleDefinition } from "./role-definitions.ts"

const readAction = "Microsoft.Authorization/roleDefinitions/read"

/** The roles that can be given at a scope. @throws DomainError `forbidden` */
export async function listRoleDefinitions(
  context: DomainContext,
  caller: Caller,
  assignmentScope: string,
): Promise<readonly RoleDefinition[]> {
  await requireAction(context, caller, readAction, assignmentScope)
  return builtInRoles
}

/** @throws DomainError `notFound`, `forbidden` */
export async function getRoleDefinition(
  context: DomainContext,
  caller: Caller,
  { assignmentScope, id }: { assignmentScope: string; id: string },
): Promise<RoleDefinition> {
  await requireAction(context, caller, readAction, assignmentScope)
  const found = findRoleDefinition(id)
  if (found?.id === id.toLowerCase()) return found
  throw notFound("roleDefinition", `The role definition with ID '${id}' does not exist.`)
}
