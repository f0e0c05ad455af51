/**
 * Access decisions: built-in role definitions, role assignments at a scope, and the one question
 * everything else asks: may this caller do this here? Deny by default. It owns the decision and the
 * audit of denials; it does not own who the caller is (tokens/) or how a refusal looks on the wire.
 *
 * Governing documents: Azure RBAC, contracts/keyvault.md 6.1-6.3.
 */
export { type Caller, systemCaller } from "./caller.ts"
export { isAllowed, requireAction, requireDataAction } from "./decision.ts"
export { getRoleDefinition, listRoleDefinitions } from "./list-role-definitions.ts"
export type { RoleDefinition } from "./role-definitions.ts"
export {
  createRoleAssignment,
  deleteRoleAssignment,
  getRoleAssignment,
  insertRoleAssignment,
  listRoleAssignments,
  type NewRoleAssignment,
} from "./role-assignments.ts"
export type { RoleAssignmentRecord as RoleAssignment } from "../../storage/records.ts"
