import { describe, expect, test } from "vitest"
import type { StoreUnderTest } from "../conformance.ts"
import type { CollectionName, WriteCollection } from "../store.ts"
import { openedAt } from "./opened.ts"
import { collectionNames, everything, samples } from "./samples.ts"

export function describeDurability(subject: StoreUnderTest): void {
  describe("durability", () => {
    test("everything is there after closing and opening again", async () => {
      const place = subject.newPlace()
      const first = await subject.open(place)
      await first.transaction(async (tx) => {
        for (const name of collectionNames) {
          await (tx[name] as WriteCollection<CollectionName>).insert(samples[name])
        }
      })
      await first.close()

      const second = await openedAt(subject, place)

      expect(await everything(second)).toEqual(collectionNames.map((name) => [samples[name]]))
    })

    test("what was taken back is not there after opening again", async () => {
      const place = subject.newPlace()
      const first = await subject.open(place)
      await first
        .transaction(async (tx) => {
          await tx.settings.insert({ name: "a", value: 1 })
          throw new Error("taken back")
        })
        .catch(() => {})
      await first.close()

      const second = await openedAt(subject, place)

      expect(await second.settings.list({})).toEqual([])
    })
  })
}
