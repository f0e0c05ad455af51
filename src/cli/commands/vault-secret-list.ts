import { defineCommand } from "../command.ts"
import { inVault } from "../vaults.ts"
import { toSecretRows } from "../shapes/index.ts"
import { collect } from "../../sdk/index.ts"

export const command = defineCommand({
  options: inVault,
  examples: [{ does: "As a table", line: "vault secret list --vault-name demo -o table" }],
  toTable: toSecretRows,
  run: async ({ "vault-name": vaultName }, session) => {
    const account = await session.account()
    const vault = await account.vault(vaultName)
    return collect(vault.listSecrets())
  },
})
