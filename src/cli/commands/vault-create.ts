import { defineCommand } from "../command.ts"
import { assignRole, resolvePrincipal } from "../roles.ts"
import { toVaultRows } from "../shapes/index.ts"
import { defaultLocation, defaultResourceGroup, findVault, withResourceGroup } from "../vaults.ts"

export const command = defineCommand({
  options: {
    name: {
      value: "NAME",
      short: "n",
      positional: true,
      required: true,
      sentence: "3 to 24 letters, digits and dashes.",
    },
    "resource-group": {
      value: "GROUP",
      short: "g",
      sentence: `Default ${defaultResourceGroup}; made when it is not there.`,
    },
    location: { value: "LOCATION", short: "l", sentence: `Default ${defaultLocation}.` },
    "assign-role": { value: "ROLE", sentence: "Gives this role on it to the account that is signed in." },
  },
  examples: [
    { does: "A vault", line: "vault create demo" },
    { does: "And the right to use it", line: 'vault create demo --assign-role "Key Vault Administrator"' },
  ],
  toTable: toVaultRows,
  run: async (
    { name, "resource-group": group, location = defaultLocation, "assign-role": role },
    session,
  ) => {
    const account = await session.account()
    const arm = await account.arm()
    const { id: subscriptionId, tenantId } = account.subscription
    const resourceGroup = group ?? defaultResourceGroup
    const known = await findVault(arm, account, name)
    const isSame =
      known !== undefined &&
      (group === undefined || known.id.toLowerCase().includes(`/resourcegroups/${group.toLowerCase()}/`))
    const vault = isSame
      ? known
      : await withResourceGroup(
          () => arm.setVault({ subscriptionId, resourceGroup, name, location, tenantId }),
          () => arm.setResourceGroup(subscriptionId, resourceGroup, location),
        )
    if (role !== undefined) {
      await assignRole(arm, { scope: vault.id, principalId: await resolvePrincipal("me", account), role })
      session.tell(`${account.subscription.user.name} has the role ${role} on ${vault.name}`)
    }
    return vault
  },
})
