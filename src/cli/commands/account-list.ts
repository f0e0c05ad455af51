import { toAccountRows, toListedAccount } from "../shapes/index.ts"
import { defineCommand } from "../command.ts"

export const command = defineCommand({
  options: { all: { sentence: "Those that are not enabled too." } },
  examples: [{ does: "As a table", line: "account list -o table" }],
  toTable: toAccountRows,
  run: async ({ all }, session) => {
    const profile = await session.profile.read()
    const shown = profile.subscriptions.filter(({ state }) => all || state === "Enabled")
    if (shown.length === 0) session.warn("Please run 'az login' to access your accounts.")
    return shown.map((subscription) => toListedAccount(subscription, profile))
  },
})
