import { defineCommand } from "../command.ts"
import { inVault } from "../vaults.ts"

export const command = defineCommand({
  options: {
    name: { value: "NAME", short: "n", positional: true, required: true, sentence: "Name of the secret." },
    ...inVault,
    version: { value: "VERSION", short: "v", sentence: "Else the newest." },
  },
  examples: [
    { does: "The value alone", line: "vault secret show db-password --vault-name demo --query value -o tsv" },
  ],
  run: async ({ name, version, "vault-name": vaultName }, session) => {
    const account = await session.account()
    const vault = await account.vault(vaultName)
    return vault.getSecret(name, version)
  },
})
