import type { Store, Transaction } from "../../storage/store.ts"

/** What the first start made, and whether its credentials have reached anybody. */
export interface Installation {
  tenantId: string
  subscriptionId: string
  administratorId: string
  operatorAppId: string
  handedOver: boolean
}

const settingName = "installation"

export async function findInstallation(
  source: Pick<Store, "settings"> | Pick<Transaction, "settings">,
): Promise<Installation | undefined> {
  const setting = await source.settings.find({ name: settingName })
  return setting?.value as Installation | undefined
}

/** @throws AlreadyExistsError when another start was first */
export async function insertInstallation(tx: Transaction, installation: Installation): Promise<void> {
  await tx.settings.insert({ name: settingName, value: { ...installation } })
}

export async function updateInstallation(tx: Transaction, installation: Installation): Promise<void> {
  await tx.settings.update({ name: settingName, value: { ...installation } })
}
