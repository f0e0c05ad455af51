import { findFileText, withFileLock, writePrivateFile } from "../../sdk/index.ts"
import type { Cloud } from "../cloud.ts"
import { CliError } from "../errors.ts"

/** One subscription as one account sees it; an account without any has one that stands for its tenant. */
export interface Subscription {
  id: string
  name: string
  state: string
  tenantId: string
  homeTenantId: string
  /** At most one of all. */
  isDefault: boolean
  managedByTenants: { tenantId: string }[]
  /** The authority of its cloud. */
  authority: string
  user: AccountUser
}

export interface AccountUser {
  /** Id of the application; for a managed identity the Azure CLI's fixed names. */
  name: string
  type: "servicePrincipal"
  /** Of managed identities only: `MSI`, or `MSIClient-` and the client id. */
  assignedIdentityInfo?: string
}

export interface Profile {
  version: 1
  clouds: Cloud[]
  subscriptions: Subscription[]
}

export interface ProfileFile {
  read(): Promise<Profile>
  /** Edits under a lock, so that two processes lose nothing of each other. */
  update(edit: (profile: Profile) => Profile): Promise<void>
}

export function openProfile(path: string): ProfileFile {
  const read = async () => parseProfile(await findFileText(path), path)
  return {
    read,
    update: (edit) =>
      withFileLock(path, async () =>
        writePrivateFile(path, `${JSON.stringify(edit(await read()), null, 2)}\n`),
      ),
  }
}

function parseProfile(text: string | undefined, path: string): Profile {
  if (text === undefined) return { version: 1, clouds: [], subscriptions: [] }
  try {
    const profile = JSON.parse(text) as Partial<Profile>
    const { clouds, subscriptions } = profile
    if (profile.version === 1 && Array.isArray(clouds) && Array.isArray(subscriptions)) {
      return { version: 1, clouds, subscriptions }
    }
  } catch {
    // Told below, with the cure.
  }
  throw new CliError(`Cannot read ${path}`, { hints: ["Delete it and sign in again."] })
}

/** Takes the subscriptions of a sign-in in, in place of those that the same account had; the first is the default. */
export function addAccount(profile: Profile, cloud: Cloud, added: readonly Subscription[]): Profile {
  const [first] = added
  const others = profile.subscriptions.filter((other) => !first || !sameAccount(other, first))
  return {
    ...profile,
    clouds: [cloud, ...profile.clouds.filter(({ authority }) => authority !== cloud.authority)],
    subscriptions: setDefault([...others, ...added], first),
  }
}

export function setDefault(
  subscriptions: readonly Subscription[],
  chosen: Subscription | undefined,
): Subscription[] {
  return subscriptions.map((subscription) => ({ ...subscription, isDefault: subscription === chosen }))
}

export function sameAccount(a: Subscription, b: Subscription): boolean {
  const { name, assignedIdentityInfo } = a.user
  const same = name === b.user.name && assignedIdentityInfo === b.user.assignedIdentityInfo
  return same && a.authority === b.authority && a.homeTenantId === b.homeTenantId
}

/** By id or by name, whatever the case. */
export function findSubscription(profile: Profile, idOrName: string): Subscription | undefined {
  const wanted = idOrName.toLowerCase()
  return profile.subscriptions.find(
    ({ id, name }) => id.toLowerCase() === wanted || name.toLowerCase() === wanted,
  )
}
