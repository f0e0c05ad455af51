import { setImmediate as nextTurn } from "node:timers/promises"
import { describe, expect, test } from "vitest"
import type { StoreUnderTest } from "../conformance.ts"
import type { Store } from "../store.ts"
import { opened } from "./opened.ts"
import { count } from "./samples.ts"

export function describeConcurrency(subject: StoreUnderTest): void {
  describe("concurrency", () => {
    test("200 increments of one counter at the same moment lose none", async () => {
      const store = await withSettings(subject, { counter: 0 })

      const answers = await Promise.all(Array.from({ length: 200 }, () => increment(store, "counter")))

      expect(await count(store, "counter")).toBe(200)
      expect(new Set(answers).size).toBe(200)
    })

    test("increments that arrive over many turns of the event loop lose none", async () => {
      const store = await withSettings(subject, { counter: 0 })
      const running: Promise<number>[] = []

      for (let turn = 0; turn < 50; turn++) {
        running.push(increment(store, "counter"), increment(store, "counter"))
        await nextTurn()
      }
      await Promise.all(running)

      expect(await count(store, "counter")).toBe(100)
    })

    // The two halves always add up to 100, so any other sum is a look into an unfinished transaction.
    test("reads during transactions never see half of one", async () => {
      const store = await withSettings(subject, { left: 100, right: 0 })
      const sums: number[] = []
      const readers = Array.from({ length: 4 }, async () => {
        while ((await count(store, "right")) < 100) {
          const both = await store.settings.list({})
          sums.push(both.reduce((sum, { value }) => sum + Number(value), 0))
          await nextTurn()
        }
      })
      for (let round = 0; round < 20; round++) await Promise.all(Array.from({ length: 5 }, () => move(store)))
      await Promise.all(readers)

      expect(sums.length).toBeGreaterThan(20)
      expect(new Set(sums)).toEqual(new Set([100]))
      expect(await count(store, "right")).toBe(100)
    })

    test("reads never see what a transaction is about to take back", async () => {
      const store = await withSettings(subject, { counter: 1 })

      const failing = Array.from({ length: 20 }, () =>
        store.transaction(async (tx) => {
          await tx.settings.update({ name: "counter", value: -1 })
          await tx.settings.find({ name: "counter" })
          throw new Error("taken back")
        }),
      )
      const readings = Array.from({ length: 20 }, async () => {
        await nextTurn()
        return count(store, "counter")
      })

      const [outcomes, seen] = await Promise.all([Promise.allSettled(failing), Promise.all(readings)])
      expect(outcomes.every(({ status }) => status === "rejected")).toBe(true)
      expect(new Set(seen)).toEqual(new Set([1]))
    })

    test("others get their turn while transactions keep coming", async () => {
      const store = await withSettings(subject, { counter: 0 })
      let turns = 0
      const ticking = setInterval(() => turns++, 0)

      const running = Array.from({ length: 1000 }, () => increment(store, "counter"))
      await Promise.all(running)
      clearInterval(ticking)

      expect(turns).toBeGreaterThan(0)
      expect(await count(store, "counter")).toBe(1000)
    })
  })
}

async function withSettings(subject: StoreUnderTest, values: Record<string, number>): Promise<Store> {
  const store = await opened(subject)
  await store.transaction(async (tx) => {
    for (const [name, value] of Object.entries(values)) await tx.settings.insert({ name, value })
  })
  return store
}

function increment(store: Store, name: string): Promise<number> {
  return store.transaction(async (tx) => {
    const value = (await count(tx, name)) + 1
    await tx.settings.update({ name, value })
    return value
  })
}

/** Moves one from left to right, in two writes. */
function move(store: Store): Promise<void> {
  return store.transaction(async (tx) => {
    const [left, right] = [await count(tx, "left"), await count(tx, "right")]
    await tx.settings.update({ name: "left", value: left - 1 })
    await tx.settings.update({ name: "right", value: right + 1 })
  })
}
