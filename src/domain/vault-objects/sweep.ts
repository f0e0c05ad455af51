import type { VaultObjectRecord } from "../../storage/records.ts"
import type { DomainContext } from "../context.ts"
import { removeFamily } from "./deletion.ts"
import { recordOperation } from "./events.ts"

/**
 * Removes deleted objects whose retention has ended, purge protection or not. For a background job: does
 * at most `limit` of them and answers how many, so that the job comes back while there are more.
 */
export async function purgeExpiredObjects(context: DomainContext, limit = 100): Promise<number> {
  const expired = await context.store.vaultObjects.list({
    where: { state: "deleted", managed: false },
    below: { field: "purgeAt", value: context.clock.now() + 1 },
    limit,
  })
  let purged = 0
  for (const object of expired) {
    if (await purgeExpired(context, object)) purged += 1
  }
  return purged
}

/** Looks again inside the transaction: it may have been recovered meanwhile. */
async function purgeExpired(context: DomainContext, expired: VaultObjectRecord): Promise<boolean> {
  const { vaultId, kind, nameKey } = expired
  return context.store.transaction(async (tx) => {
    const object = await tx.vaultObjects.find({ vaultId, kind, nameKey })
    const vault = await tx.vaults.find({ id: vaultId })
    if (vault === undefined || object?.state !== "deleted" || object.purgeAt !== expired.purgeAt) return false
    await removeFamily(tx, object)
    const keybearer = { tenantId: vault.tenantId, principalId: "system", correlationId: "system" }
    await recordOperation(tx, context, keybearer, "Purge", { vault, kind, name: object.name })
    return true
  })
}
