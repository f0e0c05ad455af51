import { isGuid } from "../../guid.ts"
import type { RoleAssignmentRecord } from "../../storage/records.ts"
import { AlreadyExistsError, type Transaction } from "../../storage/store.ts"
import { recordEvent } from "../audit/index.ts"
import type { DomainContext } from "../context.ts"
import { DomainError, invalidInput, notFound } from "../errors.ts"
import type { Caller } from "./caller.ts"
import { requireAction } from "./decision.ts"
import { findRoleDefinition } from "./role-definitions.ts"

export interface NewRoleAssignment {
  /** The GUID that names it, chosen by the client. */
  id: string
  assignmentScope: string
  /** A GUID, an ARM id ending in one, or a role name. */
  roleDefinitionId: string
  principalId: string
  principalType?: string | undefined
  description?: string | undefined
}

/** The created assignment, or the same one that was there already under this id. */
export interface CreatedRoleAssignment {
  assignment: RoleAssignmentRecord
  created: boolean
}

/**
 * Gives a role to a principal at a scope. Repeating the same assignment under the same id changes nothing.
 *
 * @throws DomainError `forbidden` - the caller may not write role assignments there
 * @throws DomainError `invalidInput` - unknown role or principal, malformed id
 * @throws DomainError `alreadyExists` - the principal has this role at this scope under another id
 */
export async function createRoleAssignment(
  context: DomainContext,
  caller: Caller,
  request: NewRoleAssignment,
): Promise<CreatedRoleAssignment> {
  const scope = normaliseScope(request.assignmentScope)
  await requireAction(context, caller, "Microsoft.Authorization/roleAssignments/write", scope)
  const record = await toRecord(context, caller, { ...request, assignmentScope: scope })
  const existing = await context.store.roleAssignments.find({ id: record.id })
  if (existing !== undefined) return { assignment: assertSame(existing, record), created: false }
  const twin = await findTwin(context, record)
  if (twin !== undefined) throw alreadyAssigned(twin)
  try {
    await context.store.transaction((tx) => insertRoleAssignment(tx, context, caller, record))
  } catch (error) {
    if (error instanceof AlreadyExistsError) throw alreadyAssigned(await findTwin(context, record), error)
    throw error
  }
  return { assignment: record, created: true }
}

/** Stores an assignment with its audit event, as part of a transaction. */
export async function insertRoleAssignment(
  tx: Transaction,
  context: DomainContext,
  caller: Caller,
  assignment: RoleAssignmentRecord,
): Promise<void> {
  await tx.roleAssignments.insert(assignment)
  await recordEvent(tx, context, event(caller, "RoleAssignmentCreate", assignment))
}

/** @throws DomainError `notFound`, `forbidden` */
export async function getRoleAssignment(
  context: DomainContext,
  caller: Caller,
  { assignmentScope, id }: { assignmentScope: string; id: string },
): Promise<RoleAssignmentRecord> {
  const scope = normaliseScope(assignmentScope)
  await requireAction(context, caller, "Microsoft.Authorization/roleAssignments/read", scope)
  const found = await context.store.roleAssignments.find({ id: id.toLowerCase() })
  if (found === undefined || found.scopeKey !== scope.toLowerCase()) {
    throw notFound("roleAssignment", `Role assignment "${id}" was not found at "${scope}"`)
  }
  return found
}

/** Deletes the assignment; undefined when there was none. @throws DomainError `forbidden` */
export async function deleteRoleAssignment(
  context: DomainContext,
  caller: Caller,
  { assignmentScope, id }: { assignmentScope: string; id: string },
): Promise<RoleAssignmentRecord | undefined> {
  const scope = normaliseScope(assignmentScope)
  await requireAction(context, caller, "Microsoft.Authorization/roleAssignments/delete", scope)
  return context.store.transaction(async (tx) => {
    const found = await tx.roleAssignments.find({ id: id.toLowerCase() })
    if (found === undefined || found.scopeKey !== scope.toLowerCase()) return undefined
    await tx.roleAssignments.delete({ id: found.id })
    await recordEvent(tx, context, event(caller, "RoleAssignmentDelete", found))
    return found
  })
}

/**
 * Assignments at, above and below a scope, as ARM lists them.
 *
 * @param filter `atScope` leaves out those below; `principalId` keeps one principal's
 */
export async function listRoleAssignments(
  context: DomainContext,
  caller: Caller,
  assignmentScope: string,
  filter: { atScope?: boolean; principalId?: string } = {},
): Promise<RoleAssignmentRecord[]> {
  const scope = normaliseScope(assignmentScope)
  await requireAction(context, caller, "Microsoft.Authorization/roleAssignments/read", scope)
  const { principalId } = filter
  const candidates = await context.store.roleAssignments.list({
    where:
      principalId === undefined ? { tenantId: caller.tenantId } : { tenantId: caller.tenantId, principalId },
    orderBy: "id",
  })
  const target = scope.toLowerCase()
  return candidates.filter(({ scopeKey }) => {
    const above = scopeKey === target || target.startsWith(`${scopeKey}/`)
    return above || (!filter.atScope && scopeKey.startsWith(`${target}/`))
  })
}

async function toRecord(
  context: DomainContext,
  caller: Caller,
  request: NewRoleAssignment,
): Promise<RoleAssignmentRecord> {
  if (!isGuid(request.id)) {
    throw invalidInput("roleAssignment", "id", `"${request.id}" cannot name a role assignment: give a GUID`)
  }
  const role = findRoleDefinition(request.roleDefinitionId)
  if (role === undefined) {
    throw invalidInput("roleDefinition", "roleDefinitionId", `There is no role "${request.roleDefinitionId}"`)
  }
  return {
    id: request.id.toLowerCase(),
    tenantId: caller.tenantId,
    scope: request.assignmentScope,
    scopeKey: request.assignmentScope.toLowerCase(),
    roleDefinitionId: role.id,
    principalId: request.principalId.toLowerCase(),
    principalType: await principalTypeOf(context, caller.tenantId, request.principalId.toLowerCase()),
    description: request.description ?? null,
    createdAt: context.clock.now(),
    createdBy: caller.principalId,
  }
}

async function principalTypeOf({ store }: DomainContext, tenantId: string, id: string): Promise<string> {
  const servicePrincipal = await store.servicePrincipals.find({ id })
  if (servicePrincipal?.tenantId === tenantId) return "ServicePrincipal"
  const user = await store.users.find({ id })
  if (user?.tenantId === tenantId) return "User"
  throw new DomainError("invalidInput", "servicePrincipal", {
    target: "principalId",
    detail: `Principal "${id}" is not in the directory ${tenantId}. Give the object id of a service principal or user, not its application id`,
  })
}

function assertSame(existing: RoleAssignmentRecord, wanted: RoleAssignmentRecord): RoleAssignmentRecord {
  const same =
    existing.scopeKey === wanted.scopeKey &&
    existing.principalId === wanted.principalId &&
    existing.roleDefinitionId === wanted.roleDefinitionId
  if (!same) throw alreadyAssigned(existing)
  return existing
}

/** The assignment of the same role to the same principal at the same scope, whatever its id. */
async function findTwin(
  { store }: DomainContext,
  { principalId, scopeKey, roleDefinitionId }: RoleAssignmentRecord,
): Promise<RoleAssignmentRecord | undefined> {
  const where = { principalId, scopeKey, roleDefinitionId }
  const [twin] = await store.roleAssignments.list({ where, limit: 1 })
  return twin
}

/** az reads the id out of this sentence. */
function alreadyAssigned(existing: RoleAssignmentRecord | undefined, cause?: unknown): DomainError {
  const id = existing?.id.replaceAll("-", "")
  const sentence = id === undefined ? "" : ` The ID of the existing role assignment is ${id}.`
  return new DomainError("alreadyExists", "roleAssignment", {
    detail: `The role assignment already exists.${sentence}`,
    cause,
  })
}

/** One slash before, none after. */
function normaliseScope(scope: string): string {
  let end = scope.length
  // Not by an expression: one that looks for the end from every slash takes seconds for a path full of them.
  while (scope[end - 1] === "/") end -= 1
  return scope.slice(0, end).replace(/^\/*(?=.)/, "/")
}

function event(caller: Caller, action: string, assignment: RoleAssignmentRecord) {
  return {
    tenantId: caller.tenantId,
    actor: caller.principalId,
    action,
    target: assignment.scope,
    correlationId: caller.correlationId,
    details: {
      roleAssignmentId: assignment.id,
      roleDefinitionId: assignment.roleDefinitionId,
      principalId: assignment.principalId,
    },
  }
}
