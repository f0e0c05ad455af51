import type { Profile, Subscription } from "../state/index.ts"

/** A subscription as `account list` and `login` print it. */
export function toListedAccount(subscription: Subscription, profile: Pick<Profile, "clouds">) {
  return { ...shape(subscription), cloudName: cloudNameOf(subscription, profile) }
}

/** A subscription as `account show` prints it. */
export function toShownAccount(subscription: Subscription, profile: Pick<Profile, "clouds">) {
  return { ...shape(subscription), environmentName: cloudNameOf(subscription, profile) }
}

export type ListedAccount = ReturnType<typeof toListedAccount>

/** Columns of `account list -o table`. */
export function toAccountRows(accounts: readonly ListedAccount[]) {
  return accounts.map(({ name, cloudName, id, tenantId, state, isDefault }) => {
    return {
      Name: name,
      CloudName: cloudName,
      SubscriptionId: id,
      TenantId: tenantId,
      State: state,
      IsDefault: isDefault,
    }
  })
}

function shape(subscription: Subscription) {
  const { id, name, state, isDefault, tenantId, homeTenantId, managedByTenants, user } = subscription
  return { id, name, state, isDefault, tenantId, homeTenantId, managedByTenants, user }
}

function cloudNameOf({ authority }: Subscription, { clouds }: Pick<Profile, "clouds">): string {
  return clouds.find((cloud) => cloud.authority === authority)?.name ?? authority
}
