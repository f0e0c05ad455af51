import { setImmediate as nextTurn } from "node:timers/promises"
import { describe, expect, test } from "vitest"
import type { StoreUnderTest } from "../conformance.ts"
import { AlreadyExistsError, type Store, StoreClosedError, type Transaction } from "../store.ts"
import { opened } from "./opened.ts"
import { count } from "./samples.ts"

export function describeTransactions(subject: StoreUnderTest): void {
  describe("transactions", () => {
    describeOutcome(subject)
    describeNeighbours(subject)
    describeLimits(subject)
    describeClosing(subject)
  })
}

function describeOutcome(subject: StoreUnderTest): void {
  test("answer what their work answers", async () => {
    const store = await opened(subject)

    expect(await store.transaction(async () => "answer")).toBe("answer")
  })

  test("see their own writes: inserts, updates and deletions", async () => {
    const store = await opened(subject)

    await store.transaction(async (tx) => {
      await tx.settings.insert({ name: "a", value: 1 })
      expect(await count(tx, "a")).toBe(1)
      await tx.settings.update({ name: "a", value: 2 })
      expect(await tx.settings.list({})).toEqual([{ name: "a", value: 2 }])
      await tx.settings.delete({ name: "a" })
      expect(await tx.settings.find({ name: "a" })).toBeUndefined()
    })
  })

  test("leave nothing behind when their work throws", async () => {
    const store = await opened(subject)
    await set(store, "kept", 1)

    const failing = store.transaction(async (tx) => {
      await tx.settings.insert({ name: "new", value: 1 })
      await tx.settings.update({ name: "kept", value: 2 })
      throw new Error("enough")
    })

    await expect(failing).rejects.toThrow("enough")
    expect(await store.settings.list({})).toEqual([{ name: "kept", value: 1 }])
  })

  test.each([new Error("an error"), new RangeError("a kind of error"), { not: "an error" }, undefined])(
    "pass on unchanged what their work throws: %o",
    async (thrown) => {
      const store = await opened(subject)

      const caught = await store
        .transaction(() => Promise.reject(thrown as Error))
        .then(
          () => "nothing was thrown",
          (error: unknown) => error,
        )

      expect(caught).toBe(thrown)
    },
  )

  test("pass on what their work throws before it awaits anything", async () => {
    const store = await opened(subject)

    const failing = store.transaction(() => {
      throw new RangeError("at once")
    })

    await expect(failing).rejects.toThrow(RangeError)
    expect(await store.transaction(async () => "still working")).toBe("still working")
  })
}

function describeNeighbours(subject: StoreUnderTest): void {
  test("of one moment do not share the fate of one that fails", async () => {
    const store = await opened(subject)

    const outcomes = await Promise.allSettled(
      Array.from({ length: 9 }, (_, index) =>
        store.transaction(async (tx) => {
          await tx.settings.insert({ name: `n${index}`, value: index })
          if (index % 3 === 1) throw new Error("every third")
          return index
        }),
      ),
    )

    expect(outcomes.map(({ status }) => status === "fulfilled")).toEqual(
      Array.from({ length: 9 }, (_, index) => index % 3 !== 1),
    )
    const kept = await store.settings.list({ orderBy: "name" })
    expect(kept.map(({ value }) => value)).toEqual([0, 2, 3, 5, 6, 8])
  })

  test("of one moment that want one name: exactly one gets it", async () => {
    const store = await opened(subject)

    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, value) =>
        store.transaction((tx) => tx.settings.insert({ name: "one", value })),
      ),
    )

    const refused = outcomes.filter((outcome) => outcome.status === "rejected")
    expect(refused).toHaveLength(19)
    for (const { reason } of refused) expect(reason).toBeInstanceOf(AlreadyExistsError)
  })

  test("may be started by the end of another", async () => {
    const store = await opened(subject)

    await store
      .transaction((tx) => tx.settings.insert({ name: "a", value: 1 }))
      .then(() => store.transaction((tx) => tx.settings.update({ name: "a", value: 2 })))

    expect(await count(store, "a")).toBe(2)
  })
}

function describeLimits(subject: StoreUnderTest): void {
  test("inside which the store itself is used are a TypeError, not a wait without end", async () => {
    const store = await opened(subject)
    const misuses = [
      () => store.settings.find({ name: "a" }),
      () => store.settings.list({}),
      () => store.transaction(async () => "inner"),
    ]

    for (const misuse of misuses) {
      const outer = store.transaction(async (tx) => {
        await tx.settings.insert({ name: "a", value: 1 })
        await misuse()
      })
      await expect(outer).rejects.toThrow(TypeError)
    }
    expect(await store.settings.list({})).toEqual([])
  })

  // Otherwise the late write would land in whichever transaction runs next.
  test("take no writes from work that goes on after it failed", async () => {
    const store = await opened(subject)
    const failed = Promise.withResolvers<void>()
    let late: Promise<unknown> | undefined

    const failing = store.transaction(async (tx) => {
      late = failed.promise.then(() => tx.settings.insert({ name: "late", value: 1 }))
      late.catch(() => {})
      throw new Error("enough")
    })
    const next = store.transaction(async (tx) => {
      failed.resolve()
      for (let step = 0; step < 10; step++) await tx.settings.find({ name: "late" })
      await tx.settings.insert({ name: "next", value: 1 })
    })

    await expect(failing).rejects.toThrow("enough")
    await next
    await expect(late).rejects.toThrow(TypeError)
    expect(await store.settings.list({})).toEqual([{ name: "next", value: 1 }])
  })

  test("are over when they are over: their collections can no longer be used", async () => {
    const store = await opened(subject)
    let kept: Transaction | undefined

    await store.transaction(async (tx) => {
      kept = tx
    })

    await expect(kept?.settings.insert({ name: "late", value: 1 })).rejects.toThrow(TypeError)
    await expect(kept?.settings.list({})).rejects.toThrow(TypeError)
    expect(await store.settings.list({})).toEqual([])
  })

  test("may leave something running that uses the store later", async () => {
    const store = await opened(subject)
    let later: Promise<number> | undefined

    await store.transaction(async (tx) => {
      await tx.settings.insert({ name: "a", value: 1 })
      later = nextTurn().then(() => count(store, "a"))
    })

    expect(await later).toBe(1)
  })
}

function describeClosing(subject: StoreUnderTest): void {
  test("that wait when the store closes are carried out first", async () => {
    const store = await subject.open(subject.newPlace())
    const waiting = Array.from({ length: 300 }, (_, index) => set(store, `n${index}`, index))

    const closing = store.close()

    await expect(Promise.all(waiting)).resolves.toHaveLength(300)
    await closing
  })

  test("and reads are refused once the store closes", async () => {
    const store = await subject.open(subject.newPlace())
    await store.close()

    await expect(store.transaction(async () => "late")).rejects.toThrow(StoreClosedError)
    await expect(store.settings.list({})).rejects.toThrow(StoreClosedError)
  })

  test("do not stop a store from being closed twice", async () => {
    const store = await subject.open(subject.newPlace())

    await Promise.all([store.close(), store.close()])

    await expect(store.close()).resolves.toBeUndefined()
  })
}

function set(store: Store, name: string, value: number): Promise<void> {
  return store.transaction((tx) => tx.settings.insert({ name, value }))
}
