import { defineCommand } from "../command.ts"
import { inVault } from "../vaults.ts"

export const command = defineCommand({
  options: {
    name: { value: "NAME", short: "n", positional: true, required: true, sentence: "Name of the secret." },
    ...inVault,
  },
  examples: [
    {
      does: "It can be recovered until its purge date",
      line: "vault secret delete db-password --vault-name demo",
    },
  ],
  run: async ({ name, "vault-name": vaultName }, session) => {
    const account = await session.account()
    const vault = await account.vault(vaultName)
    return vault.deleteSecret(name)
  },
})
