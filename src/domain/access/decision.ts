import type { RoleAssignmentRecord } from "../../storage/records.ts"
import { recordEvent } from "../audit/index.ts"
import type { DomainContext } from "../context.ts"
import { DomainError } from "../errors.ts"
import { revisionCache } from "../revision-cache/index.ts"
import { type Caller, isSystemCaller } from "./caller.ts"
import { findRoleDefinition, type RoleDefinition } from "./role-definitions.ts"

/** A control-plane action or a data action: roles grant the two apart. */
export type Question = { action: string } | { dataAction: string }

/**
 * Whether the caller's role assignments at or above the scope grant the action.
 *
 * @param assignmentScope ARM id of the thing, such as `/subscriptions/…/vaults/v/secrets/s`
 */
export async function isAllowed(
  context: DomainContext,
  caller: Caller,
  question: Question,
  assignmentScope: string,
): Promise<boolean> {
  if (isSystemCaller(caller)) return true
  const target = assignmentScope.toLowerCase()
  const assignments = await assignmentsOf(context, caller.principalId)
  return assignments.some(
    (assignment) =>
      assignment.tenantId === caller.tenantId &&
      covers(assignment.scopeKey, target) &&
      grants(findRoleDefinition(assignment.roleDefinitionId), question),
  )
}

/** @throws DomainError `forbidden` - no role grants it; the denial is in the audit log */
export async function requireAction(
  context: DomainContext,
  caller: Caller,
  action: string,
  assignmentScope: string,
): Promise<void> {
  if (await isAllowed(context, caller, { action }, assignmentScope)) return
  throw await denied(context, caller, action, assignmentScope)
}

/** @throws DomainError `forbidden` - no role grants it; the denial is in the audit log */
export async function requireDataAction(
  context: DomainContext,
  caller: Caller,
  dataAction: string,
  assignmentScope: string,
): Promise<void> {
  if (await isAllowed(context, caller, { dataAction }, assignmentScope)) return
  throw await denied(context, caller, dataAction, assignmentScope)
}

async function denied(
  context: DomainContext,
  caller: Caller,
  action: string,
  assignmentScope: string,
): Promise<DomainError> {
  await context.store.transaction((tx) =>
    recordEvent(tx, context, {
      tenantId: caller.tenantId,
      actor: caller.principalId,
      action,
      target: assignmentScope,
      outcome: "denied",
      correlationId: caller.correlationId,
    }),
  )
  return new DomainError("forbidden", "caller", {
    detail: `${caller.displayName} may not perform "${action}" at "${assignmentScope}"`,
    denied: {
      action,
      assignmentScope,
      tenantId: caller.tenantId,
      principalId: caller.principalId,
      appId: caller.appId,
    },
  })
}

const byPrincipal = revisionCache<readonly RoleAssignmentRecord[]>(["roleAssignments"])

async function assignmentsOf(
  { store }: DomainContext,
  principalId: string,
): Promise<readonly RoleAssignmentRecord[]> {
  const cache = byPrincipal(store)
  let assignments = cache.get(principalId)
  if (assignments === undefined) {
    assignments = await store.roleAssignments.list({ where: { principalId } })
    cache.set(principalId, assignments)
  }
  return assignments
}

/** Whether a scope is the target or lies above it. Both lower case. */
function covers(scopeKey: string, target: string): boolean {
  return scopeKey === "" || target === scopeKey || target.startsWith(`${scopeKey}/`)
}

function grants(role: RoleDefinition | undefined, question: Question): boolean {
  if (role === undefined) return false
  if ("dataAction" in question) return matchesAny(role.dataActions, question.dataAction)
  return matchesAny(role.actions, question.action) && !matchesAny(role.notActions, question.action)
}

function matchesAny(patterns: string[], action: string): boolean {
  return patterns.some((pattern) => toExpression(pattern).test(action))
}

const expressions = new Map<string, RegExp>()

// The patterns come from the role tables only. `*` stands for any text, and between two slashes also for none:
// `vaults/*/read` lets a Key Vault Reader see the vault itself.
function toExpression(pattern: string): RegExp {
  let expression = expressions.get(pattern)
  if (expression === undefined) {
    const escaped = pattern
      .replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
      .replaceAll("/\\*/", "/(?:.*/)?")
      .replaceAll("\\*", ".*")
    expression = new RegExp(`^${escaped}$`, "i")
    expressions.set(pattern, expression)
  }
  return expression
}
