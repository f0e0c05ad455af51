import { randomBytes } from "../../crypto/random.ts"
import type { Store } from "../../storage/store.ts"

const settingName = "root-key-salt"
const saltBytes = 16

/** The salt that makes a passphrase this store's root key: made once, no secret. */
export async function findOrMakeRootKeySalt(store: Store): Promise<Uint8Array> {
  const made = Buffer.from(randomBytes(saltBytes)).toString("hex")
  const salt = await store.transaction(async (tx) => {
    const setting = await tx.settings.find({ name: settingName })
    if (typeof setting?.value === "string") return setting.value
    await tx.settings.insert({ name: settingName, value: made })
    return made
  })
  return Buffer.from(salt, "hex")
}
