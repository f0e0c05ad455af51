/**
 * The key hierarchy. The root key lives outside the database and wraps every other key: one data key
 * a vault, one for token-signing keys, one for backups, the pepper of the credential digests and the key
 * of the audit chain. Changing the root key re-wraps these few records and rewrites no data. It owns the keys in
 * memory; it does not own the primitives (crypto/) or what is sealed with them.
 *
 * Governing document: DESIGN 5.
 */
import type { KeyObject } from "node:crypto"
import type { Clock } from "../../clock.ts"
import { importMacKey } from "../../crypto/mac.ts"
import { randomBytes } from "../../crypto/random.ts"
import { importSealingKey, SealError, type SealingKey, unwrapKey, wrapKey } from "../../crypto/seal.ts"
import type { Ids } from "../../ids.ts"
import type { DataKeyRecord } from "../../storage/records.ts"
import type { Store } from "../../storage/store.ts"

const soloPurposes = ["pepper", "audit", "signing-keys", "backups"] as const
type SoloPurpose = (typeof soloPurposes)[number]

export interface Keyring {
  /** Keys the digests of generated secrets. */
  readonly pepper: KeyObject
  /** Keys the MAC chain of the audit log. */
  readonly auditKey: KeyObject
  /** Seals token-signing keys. */
  readonly signingSealingKey: SealingKey
  /** Seals backups that leave the installation. */
  readonly backupSealingKey: SealingKey

  /** The sealing key of a data key record. Kept in memory once unwrapped. */
  sealingKey(dataKeyId: string): Promise<SealingKey>

  /** A new wrapped key, for the caller to insert in its own transaction. */
  newDataKey(purpose: "vault"): DataKeyRecord
}

export interface KeyringParts {
  store: Store
  clock: Clock
  ids: Ids
  rootKey: SealingKey
}

/** The store was sealed with a different root key: nothing in it can be read with this one. */
export class RootKeyMismatchError extends Error {
  constructor(options?: ErrorOptions) {
    super(
      "This store was sealed with another root key. Start with the root key it was made with; without it the store cannot be read",
      options,
    )
    this.name = "RootKeyMismatchError"
  }
}

/**
 * Unwraps the keys of the installation, making them at first start.
 * @throws RootKeyMismatchError when the root key is not the one that wrapped them
 */
export async function openKeyring(parts: KeyringParts): Promise<Keyring> {
  const solo = new Map<string, { id: string; bytes: Uint8Array }>()
  for (const purpose of soloPurposes) {
    const record = await findOrCreate(parts, purpose)
    solo.set(purpose, { id: record.id, bytes: unwrap(parts.rootKey, record) })
  }
  const bytesOf = (purpose: SoloPurpose) => {
    const found = solo.get(purpose)
    if (found === undefined) throw new TypeError(`No key for ${purpose}`)
    return found
  }
  const signing = bytesOf("signing-keys")
  const backups = bytesOf("backups")
  return {
    pepper: importMacKey(bytesOf("pepper").bytes),
    auditKey: importMacKey(bytesOf("audit").bytes),
    signingSealingKey: importSealingKey(signing.id, signing.bytes),
    backupSealingKey: importSealingKey(backups.id, backups.bytes),
    sealingKey: cachedSealingKeys(parts),
    newDataKey: (purpose) => newDataKey(parts, purpose),
  }
}

async function findOrCreate(parts: KeyringParts, purpose: SoloPurpose): Promise<DataKeyRecord> {
  return parts.store.transaction(async (tx) => {
    const [existing] = await tx.dataKeys.list({ where: { purpose }, limit: 1 })
    if (existing !== undefined) return existing
    const created = newDataKey(parts, purpose)
    await tx.dataKeys.insert(created)
    return created
  })
}

function newDataKey({ clock, ids, rootKey }: KeyringParts, purpose: string): DataKeyRecord {
  const id = ids.guid()
  return {
    id,
    purpose,
    wrappedBy: rootKey.id,
    wrappedKey: wrapKey(rootKey, randomBytes(32), wrappingPlace(id, purpose)),
    createdAt: clock.now(),
  }
}

function unwrap(rootKey: SealingKey, record: DataKeyRecord): Uint8Array {
  try {
    return unwrapKey(rootKey, record.wrappedKey, wrappingPlace(record.id, record.purpose))
  } catch (error) {
    if (error instanceof SealError) throw new RootKeyMismatchError({ cause: error })
    throw error
  }
}

function wrappingPlace(id: string, purpose: string): string[] {
  return ["data-key", purpose, id]
}

function cachedSealingKeys({ store, rootKey }: KeyringParts): Keyring["sealingKey"] {
  const unwrapped = new Map<string, SealingKey>()
  return async (dataKeyId) => {
    const known = unwrapped.get(dataKeyId)
    if (known !== undefined) return known
    const record = await store.dataKeys.find({ id: dataKeyId })
    if (record === undefined) throw new Error(`The store has lost data key ${dataKeyId}`)
    const key = importSealingKey(record.id, unwrap(rootKey, record))
    unwrapped.set(dataKeyId, key)
    return key
  }
}
