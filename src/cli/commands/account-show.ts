import { toShownAccount } from "../shapes/index.ts"
import { defineCommand } from "../command.ts"

export const command = defineCommand({
  options: {
    subscription: {
      value: "ID",
      short: "s",
      aliases: ["name", "n"],
      sentence: "Name or id; else the one that is used.",
    },
  },
  examples: [{ does: "Who am I?", line: "account show --query user.name -o tsv" }],
  run: async ({ subscription }, session) => {
    const account = await session.account(subscription)
    return toShownAccount(account.subscription, { clouds: [account.cloud] })
  },
})
