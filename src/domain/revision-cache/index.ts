/**
 * Memory of what the store holds, forgotten as a whole when a collection behind it changes, in this process or
 * another. It owns the forgetting and the bound; it does not own what is kept.
 *
 * Governing document: `Store.revision` in storage/store.ts.
 */
import type { CollectionName, Store } from "../../storage/store.ts"

interface Remembered<Value> {
  revision: number
  entries: Map<string, Value>
}

/**
 * Answers the entries that are still true of a store. Take them before reading the store and put what was read into
 * the same map: entries that a change has overtaken are then dropped with it.
 *
 * Keep only what exists, so that guessing names cannot fill the memory.
 *
 * @param limit at so many entries all are forgotten; they come back as they are asked for
 */
export function revisionCache<Value>(
  collections: readonly CollectionName[],
  limit = 10_000,
): (store: Store) => Map<string, Value> {
  const remembered = new WeakMap<Store, Remembered<Value>>()
  return (store) => {
    // Each part only grows, so that a sum that stood still means that all did.
    let revision = 0
    for (const collection of collections) revision += store.revision(collection)
    let current = remembered.get(store)
    if (current === undefined || current.revision !== revision || current.entries.size >= limit) {
      current = { revision, entries: new Map() }
      remembered.set(store, current)
    }
    return current.entries
  }
}
