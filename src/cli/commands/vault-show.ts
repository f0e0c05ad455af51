import { defineCommand } from "../command.ts"
import { toVaultRows } from "../shapes/index.ts"
import { getVault } from "../vaults.ts"

export const command = defineCommand({
  options: {
    name: { value: "NAME", short: "n", positional: true, required: true, sentence: "Name of the vault." },
  },
  examples: [{ does: "Its address", line: "vault show demo --query properties.vaultUri -o tsv" }],
  toTable: toVaultRows,
  run: async ({ name }, session) => {
    const account = await session.account()
    return getVault(await account.arm(), account, name)
  },
})
