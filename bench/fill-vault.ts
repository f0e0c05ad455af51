/** Puts many secrets into a stopped server's vault, through the storage layer: as the server would have stored them. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { systemClock } from "../src/clock.ts"
import { importRootKey } from "../src/crypto/root-key.ts"
import type { DomainContext } from "../src/domain/context.ts"
import { openKeyring } from "../src/domain/keyring/index.ts"
import { sealValue, vaultKeyOf } from "../src/domain/vault-objects/values.ts"
import { randomIds } from "../src/ids.ts"
import type { VaultObjectRecord, VaultObjectVersionRecord, VaultRecord } from "../src/storage/records.ts"
import { openSqliteStore } from "../src/storage/sqlite.ts"

const secretsPerTransaction = 2000
const value = Buffer.from("v".repeat(256))

export function secretName(at: number): string {
  return `secret-${String(at).padStart(8, "0")}`
}

/** @param dataDirectory of a server that does not run */
export async function fillVault(dataDirectory: string, vaultName: string, count: number): Promise<void> {
  const clock = systemClock
  const ids = randomIds
  const store = await openSqliteStore({ path: join(dataDirectory, "keybearer.db") })
  const rootKey = importRootKey(
    Buffer.from(readFileSync(join(dataDirectory, "root.key"), "utf8").trim(), "hex"),
  )
  const keyring = await openKeyring({ store, clock, ids, rootKey })
  const context = { store, clock, ids, keyring } as DomainContext
  try {
    const [vault] = await store.vaults.list({ where: { nameKey: vaultName } })
    if (!vault) throw new Error(`There is no vault "${vaultName}"`)
    const vaultKey = await vaultKeyOf(context, vault)
    const seal = (place: VaultObjectVersionRecord) => ({
      ...place,
      sealedValue: sealValue(vaultKey, vault, place, value),
    })
    for (let from = 0; from < count; from += secretsPerTransaction) {
      const records = Array.from({ length: Math.min(secretsPerTransaction, count - from) }, (_, at) =>
        toRecords(context, vault, secretName(from + at)),
      )
      await store.transaction(async (tx) => {
        for (const { object, version } of records) {
          await tx.vaultObjects.insert(object)
          await tx.vaultObjectVersions.insert(seal(version))
        }
      })
    }
  } finally {
    await store.close()
  }
}

function toRecords(
  { clock, ids }: DomainContext,
  { id: vaultId }: VaultRecord,
  name: string,
): { object: VaultObjectRecord; version: VaultObjectVersionRecord } {
  const key = { vaultId, kind: "secret" as const, nameKey: name.toUpperCase() }
  const version = ids.version()
  const now = clock.now()
  return {
    object: {
      ...key,
      name,
      state: "active",
      currentVersion: version,
      managed: false,
      details: {},
      deletedAt: null,
      purgeAt: null,
    },
    version: {
      ...key,
      version,
      sequence: 1,
      enabled: true,
      notBefore: null,
      expiresAt: null,
      createdAt: now,
      updatedAt: now,
      contentType: null,
      tags: {},
      details: {},
      sealedValue: null,
    },
  }
}
