import { defineCommand, type Options, type Values } from "../command.ts"
import { usageError } from "../errors.ts"
import { assignRole, resolvePrincipal } from "../roles.ts"
import type { Account } from "../session.ts"
import { getVault } from "../vaults.ts"
import type { ArmClient } from "../../sdk/index.ts"

const options = {
  assignee: { value: "ID", required: true, sentence: "`me`, an object id, or the id of an application." },
  role: { value: "ROLE", required: true, sentence: 'Name or id of the role: "Key Vault Secrets User".' },
  "vault-name": { value: "VAULT", sentence: "Where it holds: on this vault," },
  secret: { value: "NAME", sentence: "or on this one secret of it," },
  certificate: { value: "NAME", sentence: "or on this one certificate of it," },
  scope: { value: "ID", sentence: "or at this ARM id." },
} as const satisfies Options

export const command = defineCommand({
  options,
  examples: [
    {
      does: "One may read all secrets of a vault",
      line: 'role assign --assignee APPID --role "Key Vault Secrets User" --vault-name demo',
    },
    {
      does: "One may use one certificate",
      line: 'role assign --assignee APPID --role "Key Vault Certificate User" --vault-name demo --certificate web',
    },
  ],
  run: async (given, session) => {
    const account = await session.account()
    const arm = await account.arm()
    const scope = await scopeOf(given, arm, account)
    const principalId = await resolvePrincipal(given.assignee, account)
    return assignRole(arm, { scope, principalId, role: given.role })
  },
})

async function scopeOf(given: Values<typeof options>, arm: ArmClient, account: Account): Promise<string> {
  const { scope, secret, certificate, "vault-name": vaultName } = given
  if ((scope === undefined) === (vaultName === undefined)) {
    throw usageError("one of the arguments --vault-name and --scope is required")
  }
  if (secret !== undefined && certificate !== undefined) {
    throw usageError("argument --certificate: not allowed with argument --secret")
  }
  if (scope !== undefined) return scope.replace(/\/+$/, "")
  const { id } = await getVault(arm, account, vaultName ?? "")
  if (secret !== undefined) return `${id}/secrets/${secret}`
  return certificate === undefined ? id : `${id}/certificates/${certificate}`
}
