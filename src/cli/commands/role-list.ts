import { defineCommand } from "../command.ts"
import { resolvePrincipal } from "../roles.ts"
import { getVault } from "../vaults.ts"
import { collect, type RoleAssignment } from "../../sdk/index.ts"

export const command = defineCommand({
  options: {
    assignee: { value: "ID", sentence: "Only those of it: `me`, an object id, or the id of an application." },
    "vault-name": { value: "VAULT", sentence: "Only those that hold on this vault." },
    scope: { value: "ID", sentence: "Only those that hold at this ARM id; else the subscription." },
  },
  examples: [{ does: "Who may what in a vault", line: "role list --vault-name demo -o table" }],
  toTable: (rows: Row[]) =>
    rows.map(({ principalId, roleDefinitionName, scope }) => ({ principalId, roleDefinitionName, scope })),
  run: async ({ assignee, scope: given, "vault-name": vaultName }, session) => {
    const account = await session.account()
    const arm = await account.arm()
    const vault = vaultName === undefined ? undefined : await getVault(arm, account, vaultName)
    const scope = given ?? vault?.id ?? `/subscriptions/${account.subscription.id}`
    const principalId = assignee === undefined ? undefined : await resolvePrincipal(assignee, account)
    const definitions = await collect(arm.listRoleDefinitions(scope))
    const names = new Map(definitions.map(({ id, properties }) => [lastPart(id), properties.roleName]))
    const assignments = await collect(arm.listRoleAssignments(scope, principalId))
    return assignments.map((assignment) => toRow(assignment, names))
  },
})

interface Row {
  id: string
  name: string
  principalId: string
  roleDefinitionId: string
  roleDefinitionName: string
  scope: string
}

function toRow({ id, name, properties }: RoleAssignment, names: ReadonlyMap<string, string>): Row {
  const { principalId, roleDefinitionId, scope } = properties
  return {
    id,
    name,
    principalId,
    roleDefinitionId,
    roleDefinitionName: names.get(lastPart(roleDefinitionId)) ?? "",
    scope,
  }
}

function lastPart(id: string): string {
  return id.split("/").at(-1)?.toLowerCase() ?? ""
}
