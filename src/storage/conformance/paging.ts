import { describe, expect, test } from "vitest"
import type { StoreUnderTest } from "../conformance.ts"
import type { ListQuery, Store } from "../store.ts"
import type { VaultObjectVersionRecord } from "../records.ts"
import { opened } from "./opened.ts"
import { version } from "./samples.ts"

type Query = ListQuery<VaultObjectVersionRecord>

export function describePaging(subject: StoreUnderTest): void {
  describe("lists", () => {
    describePages(subject)
    describeConditions(subject)
  })
}

function describePages(subject: StoreUnderTest): void {
  test("pages cover every record once, in order", async () => {
    const store = await withSequences(subject, range(1, 25))

    const pages = await allPages(store, { orderBy: "sequence", limit: 7 })

    expect(pages.map((page) => page.length)).toEqual([7, 7, 7, 4])
    expect(pages.flat()).toEqual(range(1, 25))
  })

  test("pages cover every record once when descending", async () => {
    const store = await withSequences(subject, range(1, 25))

    const pages = await allPages(store, { orderBy: "sequence", descending: true, limit: 5 })

    expect(pages.flat()).toEqual(range(1, 25).toReversed())
  })

  test("what is inserted between two pages neither repeats nor hides a record", async () => {
    const store = await withSequences(subject, [10, 20, 30, 40])

    const first = await sequences(store, { orderBy: "sequence", limit: 2 })
    await insert(store, [5, 15, 25, 45])
    const second = await sequences(store, { orderBy: "sequence", after: 20, limit: 10 })

    expect(first).toEqual([10, 20])
    expect(second).toEqual([25, 30, 40, 45])
  })

  test("a page begins behind its cursor also when the record of the cursor is gone", async () => {
    const store = await withSequences(subject, [10, 20, 30])
    await store.transaction((tx) => tx.vaultObjectVersions.delete(withSequence(20)))

    expect(await sequences(store, { orderBy: "sequence", after: 20 })).toEqual([30])
    expect(await sequences(store, { orderBy: "sequence", after: 30 })).toEqual([])
    expect(await sequences(store, { orderBy: "sequence", descending: true, after: 30 })).toEqual([10])
  })

  test("text is ordered by code point, whatever the language", async () => {
    const store = await opened(subject)
    const names = [
      "",
      " ",
      "-",
      "0",
      "10",
      "9",
      "A",
      "Z",
      "_",
      "a",
      "a-b",
      "ab",
      "z",
      "ä",
      "東",
      "\uffee",
      "🗝",
    ]
    await store.transaction(async (tx) => {
      for (const name of names.toReversed()) await tx.settings.insert({ name, value: 0 })
    })

    const listed = await store.settings.list({ orderBy: "name" })
    const beyond = await store.settings.list({ orderBy: "name", after: "a", limit: 2 })

    expect(listed.map(({ name }) => name)).toEqual(names)
    expect(beyond.map(({ name }) => name)).toEqual(["a-b", "ab"])
  })

  test("a limit of none answers none; one that is no count is a TypeError", async () => {
    const store = await withSequences(subject, [1, 2])

    expect(await sequences(store, { limit: 0 })).toEqual([])
    await expect(sequences(store, { limit: -1 })).rejects.toThrow(TypeError)
    await expect(sequences(store, { limit: 1.5 })).rejects.toThrow(TypeError)
  })

  test("a cursor without an order is a TypeError", async () => {
    const store = await opened(subject)

    await expect(sequences(store, { after: 1 })).rejects.toThrow(TypeError)
  })
}

function describeConditions(subject: StoreUnderTest): void {
  test("every condition has to hold", async () => {
    const store = await opened(subject)
    await store.transaction(async (tx) => {
      await tx.vaultObjectVersions.insert(withSequence(1, { vaultId: "a", enabled: true }))
      await tx.vaultObjectVersions.insert(withSequence(2, { vaultId: "a", enabled: false }))
      await tx.vaultObjectVersions.insert(withSequence(3, { vaultId: "b", enabled: true }))
    })

    expect(await sequences(store, { where: { vaultId: "a", enabled: true } })).toEqual([1])
    expect(await sequences(store, { where: { vaultId: "a", enabled: false } })).toEqual([2])
    expect(await sequences(store, { where: { vaultId: "c" } })).toEqual([])
  })

  test("null finds absent values, and a value does not", async () => {
    const store = await opened(subject)
    await store.transaction(async (tx) => {
      await tx.vaultObjectVersions.insert(withSequence(1, { contentType: null }))
      await tx.vaultObjectVersions.insert(withSequence(2, { contentType: "" }))
    })

    expect(await sequences(store, { where: { contentType: null } })).toEqual([1])
    expect(await sequences(store, { where: { contentType: "" } })).toEqual([2])
  })

  test("below leaves out its own value and absent ones", async () => {
    const store = await opened(subject)
    await store.transaction(async (tx) => {
      for (const [index, expiresAt] of [9, 10, 11, null].entries()) {
        await tx.vaultObjectVersions.insert(withSequence(index + 1, { expiresAt }))
      }
    })

    const below: Query["below"] = { field: "expiresAt", value: 11 }
    expect(await sequences(store, { below, orderBy: "expiresAt" })).toEqual([1, 2])
    expect(await sequences(store, { below, orderBy: "expiresAt", descending: true, limit: 1 })).toEqual([2])
    expect(await sequences(store, { below, orderBy: "sequence", after: 1 })).toEqual([2])
  })
}

function withSequence(
  sequence: number,
  change: Partial<VaultObjectVersionRecord> = {},
): VaultObjectVersionRecord {
  return version({ version: `v${sequence}`, sequence, ...change })
}

async function withSequences(subject: StoreUnderTest, wanted: number[]): Promise<Store> {
  const store = await opened(subject)
  await insert(store, wanted)
  return store
}

async function insert(store: Store, wanted: number[]): Promise<void> {
  await store.transaction(async (tx) => {
    for (const sequence of wanted) await tx.vaultObjectVersions.insert(withSequence(sequence))
  })
}

async function sequences(store: Store, query: Query): Promise<number[]> {
  return (await store.vaultObjectVersions.list(query)).map(({ sequence }) => sequence)
}

async function allPages(store: Store, query: Query): Promise<number[][]> {
  const pages: number[][] = []
  let after: number | undefined
  for (;;) {
    const page = await sequences(store, after === undefined ? query : { ...query, after })
    if (page.length === 0) return pages
    pages.push(page)
    after = page.at(-1)
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}
