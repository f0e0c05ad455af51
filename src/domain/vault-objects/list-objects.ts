import type { VaultObjectRecord } from "../../storage/records.ts"
import type { Transaction } from "../../storage/store.ts"
import type { Caller } from "../access/index.ts"
import type { DomainContext } from "../context.ts"
import { invalidInput } from "../errors.ts"
import { type CollectionAddress, type ObjectAddress, toObjectKey } from "./address.ts"
import { recordOperation } from "./events.ts"
import { getActiveVersion, type StoredVersion } from "./stored-version.ts"

export interface PageRequest {
  /** 1 to 25; 25 when not given. */
  limit?: number | undefined
  /** `next` of the page before. */
  after?: string | undefined
}

export interface Page<T> {
  items: T[]
  /** Where the next page begins; null on the last one. */
  next: string | null
}

export const pageLimitMax = 25

/**
 * The objects of a kind with their current versions, by upper-case name. Names deleted or made while
 * someone turns the pages move no other name to another page.
 *
 * @throws DomainError `invalidInput` - limit out of range
 */
export async function listObjects(
  context: DomainContext,
  caller: Caller,
  request: CollectionAddress & PageRequest & { state: VaultObjectRecord["state"] },
): Promise<Page<StoredVersion>> {
  const { vault, kind, state, after } = request
  const limit = toLimit(request)
  return context.store.transaction(async (tx) => {
    const objects = await tx.vaultObjects.list({
      where: { vaultId: vault.id, kind, state },
      orderBy: "nameKey",
      ...(after === undefined ? {} : { after }),
      limit: limit + 1,
    })
    const page = toPage(objects, limit, ({ nameKey }) => nameKey)
    const operation = state === "active" ? "List" : "ListDeleted"
    await recordOperation(tx, context, caller, operation, { vault, kind })
    return { items: await withCurrentVersions(tx, page.items), next: page.next }
  })
}

/**
 * All versions of an object, oldest first.
 *
 * @throws DomainError `notFound`
 * @throws DomainError `invalidInput` - limit out of range, or a cursor of something else
 */
export async function listVersions(
  context: DomainContext,
  caller: Caller,
  request: ObjectAddress & PageRequest & { assertReadable?: (found: StoredVersion) => void },
): Promise<Page<StoredVersion>> {
  const { vault, kind, name } = request
  const limit = toLimit(request)
  const after = toSequence(request)
  return context.store.transaction(async (tx) => {
    const current = await getActiveVersion(tx, { vault, kind, name })
    request.assertReadable?.(current)
    const versions = await tx.vaultObjectVersions.list({
      where: toObjectKey(request),
      orderBy: "sequence",
      after,
      limit: limit + 1,
    })
    await recordOperation(tx, context, caller, "ListVersions", { vault, kind, name })
    const page = toPage(versions, limit, ({ sequence }) => String(sequence))
    return { items: page.items.map((version) => ({ object: current.object, version })), next: page.next }
  })
}

async function withCurrentVersions(tx: Transaction, objects: VaultObjectRecord[]): Promise<StoredVersion[]> {
  const items: StoredVersion[] = []
  for (const object of objects) {
    const { vaultId, kind, nameKey, currentVersion } = object
    const version = await tx.vaultObjectVersions.find({ vaultId, kind, nameKey, version: currentVersion })
    if (version === undefined) throw new Error(`The store has lost the current version of a ${kind}`)
    items.push({ object, version })
  }
  return items
}

/** One record more than the page was read: it tells whether there is a next page. */
function toPage<T>(records: T[], limit: number, cursorOf: (record: T) => string): Page<T> {
  const items = records.slice(0, limit)
  const last = items.at(-1)
  return { items, next: records.length > limit && last !== undefined ? cursorOf(last) : null }
}

function toLimit({ kind, limit }: CollectionAddress & PageRequest): number {
  if (limit === undefined) return pageLimitMax
  if (Number.isInteger(limit) && limit >= 1 && limit <= pageLimitMax) return limit
  throw invalidInput(kind, "maxresults", `maxresults must be a whole number from 1 to ${pageLimitMax}`)
}

function toSequence({ kind, after }: ObjectAddress & PageRequest): number {
  const sequence = Number(after ?? 0)
  if (Number.isSafeInteger(sequence)) return sequence
  throw invalidInput(kind, "skiptoken", "The page does not exist. Start again with the first page")
}
