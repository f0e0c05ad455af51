import type { Options } from "./command.ts"
import { type ArmClient, type ArmVault, SdkError } from "../sdk/index.ts"
import { CliError } from "./errors.ts"
import type { Account } from "./session.ts"

/** Arguments of all commands about one thing in a vault. */
export const inVault = {
  "vault-name": { value: "VAULT", required: true, sentence: "Name of the vault, or its whole address." },
} as const satisfies Options

/** Where vaults are made when nothing else is said: as the server's first start makes them. */
export const defaultResourceGroup = "keybearer"
export const defaultLocation = "local"

/** The vault of a name among those of the subscription; undefined when there is none. */
export async function findVault(
  arm: ArmClient,
  account: Account,
  name: string,
): Promise<ArmVault | undefined> {
  for await (const vault of arm.listVaults(account.subscription.id)) {
    if (vault.name.toLowerCase() === name.toLowerCase()) return vault
  }
  return undefined
}

/** @throws CliError exit code 3 */
export async function getVault(arm: ArmClient, account: Account, name: string): Promise<ArmVault> {
  const vault = await findVault(arm, account, name)
  if (vault) return vault
  throw new CliError(`There is no vault "${name}" in subscription ${account.subscription.id}`, {
    exitCode: 3,
  })
}

/** Does it once more after making the resource group, when that was missing. */
export async function withResourceGroup<T>(
  work: () => Promise<T>,
  makeGroup: () => Promise<void>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof SdkError) || error.code !== "ResourceGroupNotFound") throw error
    await makeGroup()
    return work()
  }
}
