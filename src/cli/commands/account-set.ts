import { defineCommand } from "../command.ts"
import { CliError } from "../errors.ts"
import { findSubscription, setDefault } from "../state/index.ts"

export const command = defineCommand({
  options: {
    subscription: {
      value: "ID",
      short: "s",
      aliases: ["name", "n"],
      required: true,
      sentence: "Name or id of the subscription.",
    },
  },
  examples: [{ does: "Use another subscription", line: "account set --subscription Testing" }],
  run: async ({ subscription: wanted }, session) => {
    await session.profile.update((profile) => {
      const chosen = findSubscription(profile, wanted)
      if (chosen) return { ...profile, subscriptions: setDefault(profile.subscriptions, chosen) }
      const used = profile.subscriptions.find(({ isDefault }) => isDefault)?.authority
      const cloud = profile.clouds.find(({ authority }) => authority === used)?.name ?? "AzureCloud"
      throw new CliError(`The subscription of '${wanted}' doesn't exist in cloud '${cloud}'.`)
    })
  },
})
