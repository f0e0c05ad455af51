import { recordEvent } from "../audit/index.ts"
import type { DomainContext } from "../context.ts"
import { DomainError } from "../errors.ts"
import type { AppTokenCaller } from "./caller.ts"
import { holdsAnyRole, managementRoles } from "./token-roles.ts"

/** @throws DomainError `forbidden` - the caller is no Administrator; the denial is in the audit log */
export async function requireAdministrator(
  context: DomainContext,
  caller: AppTokenCaller,
  action: string,
): Promise<void> {
  if (isAdministrator(caller)) return
  throw await denied(context, caller, action, "role Administrator")
}

/** @throws DomainError `forbidden` - no role of the management API; the denial is in the audit log */
export async function requireManagementRole(
  context: DomainContext,
  caller: AppTokenCaller,
  action: string,
): Promise<void> {
  if (holdsAnyRole(caller.tokenRoles, managementRoles)) return
  throw await denied(context, caller, action, `one of the roles ${managementRoles.join(", ")}`)
}

export function isAdministrator(caller: AppTokenCaller): boolean {
  return holdsAnyRole(caller.tokenRoles, ["Administrator"])
}

/** The refusal, once it is in the audit log. `cure` ends the sentence "This takes …". */
export async function denied(
  context: DomainContext,
  caller: AppTokenCaller,
  action: string,
  cure: string,
): Promise<DomainError> {
  await context.store.transaction((tx) =>
    recordEvent(tx, context, {
      tenantId: null,
      actor: caller.name,
      action,
      target: "app-tokens",
      outcome: "denied",
      correlationId: caller.correlationId,
    }),
  )
  return new DomainError("forbidden", "appToken", {
    detail: `"${caller.name}" may not perform ${action}. This takes ${cure}`,
  })
}
