import { defineCommand } from "../command.ts"
import { toVaultRows } from "../shapes/index.ts"
import { collect } from "../../sdk/index.ts"

export const command = defineCommand({
  options: { "resource-group": { value: "GROUP", short: "g", sentence: "Only those in it." } },
  examples: [{ does: "As a table", line: "vault list -o table" }],
  toTable: toVaultRows,
  run: async ({ "resource-group": group }, session) => {
    const account = await session.account()
    const arm = await account.arm()
    return collect(arm.listVaults(account.subscription.id, group))
  },
})
