import { setImmediate as nextTurn } from "node:timers/promises"
import { describe, expect, test } from "vitest"
import type { StoreUnderTest } from "../conformance.ts"
import type { Store, Transaction } from "../store.ts"
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

      const sums = await Promise.all(
        Array.from({ length: 100 }, async () => {
          const halfway = Promise.withResolvers<void>()
          const looking = halfway.promise.then(() => store.settings.list({}))
          await move(store, halfway.resolve)
          return (await looking).reduce((sum, { value }) => sum + Number(value), 0)
        }),
      )

      expect(new Set(sums)).toEqual(new Set([100]))
      expect(await count(store, "right")).toBe(100)
    })

    test("reads never see what a transaction is about to take back", async () => {
      const store = await withSettings(subject, { counter: 1 })
      const written = Promise.withResolvers<void>()
      const seen = written.promise.then(() => count(store, "counter"))

      const failing = store.transaction(async (tx) => {
        await tx.settings.update({ name: "counter", value: -1 })
        written.resolve()
        await linger(tx)
        throw new Error("taken back")
      })

      await expect(failing).rejects.toThrow("taken back")
      expect(await seen).toBe(1)
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

/** Moves one from left to right, in two writes; calls `halfway` between them. */
function move(store: Store, halfway: () => void): Promise<void> {
  return store.transaction(async (tx) => {
    const [left, right] = [await count(tx, "left"), await count(tx, "right")]
    await tx.settings.update({ name: "left", value: left - 1 })
    halfway()
    await linger(tx)
    await tx.settings.update({ name: "right", value: right + 1 })
  })
}

/** Keeps the transaction open long enough for a reader outside to come between. */
async function linger(tx: Transaction): Promise<void> {
  for (let step = 0; step < 20; step++) await tx.settings.list({})
}
