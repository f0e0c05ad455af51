import { describe, expect, test } from "vitest"
import type { StoreUnderTest } from "../conformance.ts"
import type { CollectionName, Store } from "../store.ts"
import { opened } from "./opened.ts"
import { collectionNames, samples } from "./samples.ts"

export function describeRevision(subject: StoreUnderTest): void {
  describe("revision", () => {
    test("moves with an insert, an update and a deletion, of the collections touched only", async () => {
      const store = await opened(subject)
      const setting = { name: "a", value: 1 }

      expect(await moved(store, () => store.transaction((tx) => tx.settings.insert(setting)))).toEqual([
        "settings",
      ])
      expect(await moved(store, () => store.transaction((tx) => tx.settings.update(setting)))).toEqual([
        "settings",
      ])
      expect(await moved(store, () => store.transaction((tx) => tx.settings.delete(setting)))).toEqual([
        "settings",
      ])
      const both = () =>
        store.transaction(async (tx) => {
          await tx.tenants.insert(samples.tenants)
          await tx.users.insert(samples.users)
        })
      expect(await moved(store, both)).toEqual(["tenants", "users"])
    })

    test("stands still when a transaction is taken back", async () => {
      const store = await opened(subject)

      const failing = () =>
        store
          .transaction(async (tx) => {
            await tx.settings.insert({ name: "a", value: 1 })
            throw new Error("taken back")
          })
          .catch(() => {})

      expect(await moved(store, failing)).toEqual([])
    })

    test("stands still when nothing was changed", async () => {
      const store = await opened(subject)

      const idle = () =>
        store.transaction(async (tx) => {
          await tx.settings.list({})
          await tx.settings.delete({ name: "absent" })
          await tx.settings.update({ name: "absent", value: 1 }).catch(() => {})
        })

      expect(await moved(store, idle)).toEqual([])
    })

    test("has moved when the caller hears of the end, and not before", async () => {
      const store = await opened(subject)
      const before = store.revision("settings")
      let inside: number | undefined

      await store.transaction(async (tx) => {
        await tx.settings.insert({ name: "a", value: 1 })
        inside = store.revision("settings")
      })

      expect(inside).toBe(before)
      expect(store.revision("settings")).toBeGreaterThan(before)
    })
  })
}

async function moved(store: Store, change: () => Promise<unknown>): Promise<CollectionName[]> {
  const before = new Map(collectionNames.map((name) => [name, store.revision(name)]))
  await change()
  return collectionNames.filter((name) => store.revision(name) > (before.get(name) ?? 0))
}
