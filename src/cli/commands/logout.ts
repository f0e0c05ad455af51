import { defineCommand } from "../command.ts"
import { CliError } from "../errors.ts"
import { systemAssignedIdentity } from "../../sdk/index.ts"
import { sameAccount, setDefault, type Subscription } from "../state/index.ts"

export const command = defineCommand({
  options: { username: { value: "ID", sentence: "Id of the application; else the account that is used." } },
  examples: [{ does: "Leave the account that is used", line: "logout" }],
  run: async ({ username }, session) => {
    const { subscriptions } = await session.profile.read()
    if (subscriptions.length === 0) throw new CliError("There are no active accounts.")
    const left = subscriptions.filter((one) =>
      username === undefined ? one.isDefault : one.user.name === username,
    )
    const isLeft = (one: Subscription) => left.some((other) => sameAccount(one, other))
    await session.profile.update((profile) => {
      const kept = profile.subscriptions.filter((one) => !isLeft(one))
      const chosen = kept.find(({ isDefault }) => isDefault) ?? kept[0]
      return { ...profile, subscriptions: setDefault(kept, chosen) }
    })
    for (const { authority, user } of left) {
      const account = tokenAccountOf(user)
      await session.tokens.delete((token) => token.authority === authority && token.account === account)
      await session.credentials.delete((one) => one.authority === authority && one.clientId === user.name)
    }
  },
})

/** What the account is called in the token cache. */
function tokenAccountOf({ name, assignedIdentityInfo }: Subscription["user"]): string {
  if (assignedIdentityInfo === undefined) return name
  return assignedIdentityInfo.replace(/^MSIClient-/, "").replace(/^MSI$/, systemAssignedIdentity)
}
