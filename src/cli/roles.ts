import { findNearest } from "../config/nearest.ts"
import {
  type ArmClient,
  callApi,
  collect,
  readTokenClaims,
  type RoleAssignment,
  type RoleDefinition,
  SdkError,
} from "../sdk/index.ts"
import { trimSlashes } from "./cloud.ts"
import { CliError } from "./errors.ts"
import type { Account } from "./session.ts"

export interface RoleGrant {
  scope: string
  principalId: string
  role: string
}

/** Gives a role, or answers the assignment that is there. */
export async function assignRole(
  arm: ArmClient,
  { scope, principalId, role }: RoleGrant,
): Promise<RoleAssignment> {
  const { id: roleDefinitionId } = await getRole(arm, scope, role)
  try {
    return await arm.createRoleAssignment({ scope, principalId, roleDefinitionId })
  } catch (error) {
    if (!(error instanceof SdkError) || error.code !== "RoleAssignmentExists") throw error
    for await (const assignment of arm.listRoleAssignments(scope, principalId)) {
      const { properties } = assignment
      const sameRole = properties.roleDefinitionId.toLowerCase() === roleDefinitionId.toLowerCase()
      if (sameRole && properties.scope.toLowerCase() === scope.toLowerCase()) return assignment
    }
    throw error
  }
}

async function getRole(arm: ArmClient, scope: string, role: string): Promise<RoleDefinition> {
  const found = await arm.findRoleDefinition(scope, role)
  if (found) return found
  const definitions = await collect(arm.listRoleDefinitions(scope))
  const names = definitions.map(({ properties }) => properties.roleName)
  const nearest = findNearest(role, names)
  throw new CliError(`There is no role "${role}"`, {
    hints: [
      nearest === undefined ? `There are: ${names.toSorted().join(", ")}` : `Did you mean "${nearest}"?`,
    ],
  })
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * The object id that an assignee stands for: `me`, the id of an application, or an object id itself.
 *
 * An application's id and its object ids are all GUIDs; the directory tells them apart, and where there is none to
 * ask, the id is taken for an object id.
 */
export async function resolvePrincipal(assignee: string, account: Account): Promise<string> {
  if (assignee.toLowerCase() === "me") return ownPrincipalId(account)
  if (!guid.test(assignee)) {
    throw new CliError(`Not an assignee: "${assignee}"`, {
      hints: ["Give `me`, the object id of a user or service principal, or the id of an application."],
      exitCode: 2,
    })
  }
  const isOwnApplication = assignee.toLowerCase() === account.subscription.user.name.toLowerCase()
  if (isOwnApplication) return ownPrincipalId(account)
  return (await findServicePrincipal(assignee, account)) ?? assignee
}

async function ownPrincipalId({ cloud, tokenSource }: Account): Promise<string> {
  const source = await tokenSource()
  const { token } = await source.getToken(`${cloud.resourceManagerAudience}/.default`)
  const { oid } = readTokenClaims(token)
  if (typeof oid === "string") return oid
  throw new CliError("The account's token does not tell its object id")
}

async function findServicePrincipal(
  appId: string,
  { cloud, http, tokenSource }: Account,
): Promise<string | undefined> {
  if (cloud.graph === undefined) return undefined
  const source = await tokenSource()
  const filter = encodeURIComponent(`appId eq '${appId}'`)
  try {
    const { token } = await source.getToken(`${cloud.graph}/.default`)
    const url = `${trimSlashes(cloud.graph)}/v1.0/servicePrincipals?$filter=${filter}`
    const { value } = await callApi<{ value: { id: string }[] }>(http, { url, token })
    return value[0]?.id
  } catch (error) {
    // No directory there, or none that this account may read.
    if (error instanceof SdkError && (error.kind === "refused" || error.kind === "unexpectedAnswer"))
      return undefined
    throw error
  }
}
