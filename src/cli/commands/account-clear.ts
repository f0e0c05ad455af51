import { rm } from "node:fs/promises"
import { defineCommand } from "../command.ts"

export const command = defineCommand({
  options: {},
  examples: [{ does: "Forget everything", line: "account clear" }],
  run: async (_options, { files, profile }) => {
    await profile.update(({ version }) => ({ version, clouds: [], subscriptions: [] }))
    await Promise.all([files.tokens, files.credentials].map((path) => rm(path, { force: true })))
  },
})
