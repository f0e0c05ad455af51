import { describe, expect, test } from "vitest"
import type { StoreUnderTest } from "../conformance.ts"
import type { Json } from "../records.ts"
import {
  AlreadyExistsError,
  type CollectionName,
  NotFoundError,
  type Store,
  type WriteCollection,
} from "../store.ts"
import { opened } from "./opened.ts"
import { bytes, collectionNames, everything, samples, version } from "./samples.ts"

/** A collection whose name is not known to the compiler. */
type AnyCollection = WriteCollection<CollectionName>

export function describeRecords(subject: StoreUnderTest): void {
  describe("records", () => {
    describeWriting(subject)
    describeValues(subject)
    describeUniqueness(subject)
    describeMisuse(subject)
  })
}

function describeWriting(subject: StoreUnderTest): void {
  test("every collection finds, lists and deletes what was inserted", async () => {
    const store = await opened(subject)

    await store.transaction(async (tx) => {
      for (const name of collectionNames) await (tx[name] as AnyCollection).insert(samples[name])
    })

    for (const name of collectionNames) {
      expect([name, await (store[name] as AnyCollection).find(samples[name])]).toEqual([name, samples[name]])
    }
    expect(await everything(store)).toEqual(collectionNames.map((name) => [samples[name]]))
    await store.transaction(async (tx) => {
      for (const name of collectionNames.toReversed()) {
        expect([name, await (tx[name] as AnyCollection).delete(samples[name])]).toEqual([name, true])
      }
    })
    expect(await everything(store)).toEqual(collectionNames.map(() => []))
  })

  test("every collection takes an update of what it holds", async () => {
    const store = await opened(subject)

    await store.transaction(async (tx) => {
      for (const name of collectionNames) {
        await (tx[name] as AnyCollection).insert(samples[name])
        await (tx[name] as AnyCollection).update(samples[name])
      }
      await tx.tenants.update({ ...samples.tenants, displayName: "Fabrikam" })
    })

    expect(await store.tenants.list({})).toEqual([{ ...samples.tenants, displayName: "Fabrikam" }])
  })

  test("an update changes the record of its key and no other", async () => {
    const store = await opened(subject)

    await store.transaction(async (tx) => {
      await tx.vaultObjectVersions.insert(version({ version: "a", sequence: 1 }))
      await tx.vaultObjectVersions.insert(version({ version: "b", sequence: 2 }))
      await tx.vaultObjectVersions.update(version({ version: "b", sequence: 2, contentType: null }))
    })

    const found = await store.vaultObjectVersions.list({ orderBy: "sequence" })
    expect(found.map(({ contentType }) => contentType)).toEqual(["text/plain", null])
  })

  test("finding what is not there answers undefined, deleting it false", async () => {
    const store = await opened(subject)

    expect(await store.settings.find({ name: "absent" })).toBeUndefined()
    expect(await store.transaction((tx) => tx.settings.delete({ name: "absent" }))).toBe(false)
  })

  test("updating what is not there is NotFoundError", async () => {
    const store = await opened(subject)

    const update = store.transaction((tx) => tx.settings.update({ name: "absent", value: 1 }))

    await expect(update).rejects.toThrow(NotFoundError)
    await expect(update).rejects.toMatchObject({ collection: "settings" })
  })
}

function describeValues(subject: StoreUnderTest): void {
  const whole = {
    "absent values": version({ notBefore: null, expiresAt: null, contentType: null, sealedValue: null }),
    "every byte value": version({ sealedValue: bytes(1024) }),
    "no bytes at all": version({ sealedValue: new Uint8Array(0) }),
    "a megabyte": version({ sealedValue: bytes(1 << 20) }),
    true: version({ enabled: true }),
    false: version({ enabled: false }),
    "zero and negative numbers": version({ sequence: 0, notBefore: -1, expiresAt: 0 }),
    "numbers beyond 32 bits": version({ expiresAt: 253_402_300_799, createdAt: Number.MAX_SAFE_INTEGER }),
    "empty text": version({ contentType: "" }),
    "text of many scripts": version({
      contentType: "Ærøskøbing 東京 🗝️ \u200f עברית \u0001 \r\n ' \" \\ % _ ?",
    }),
    "text that is not normalised": version({ contentType: "e\u0301 \u00e9" }),
    "text that looks like a number": version({ contentType: "007", version: "1e3" }),
    "tags of any name": version({ tags: { "": "", "a.b": "ü", toString: "x", constructor: "y" } }),
    "nested details": version({ details: { list: [1, 2.5, [], {}], none: null, yes: true, text: "\ud800" } }),
  }

  test.each(Object.entries(whole))("keeps %s", async (_, record) => {
    const store = await opened(subject)

    await store.transaction((tx) => tx.vaultObjectVersions.insert(record))

    expect(await store.vaultObjectVersions.find(record)).toEqual(record)
  })

  const values: Json[] = [null, true, 0, -1.5, "", "null", [], {}, { a: { b: [null] } }]
  test.each(values)("keeps the JSON value %j", async (value) => {
    const store = await opened(subject)

    await store.transaction((tx) => tx.settings.insert({ name: "value", value }))

    expect(await store.settings.find({ name: "value" })).toEqual({ name: "value", value })
  })

  test("names that differ in case only are different names", async () => {
    const store = await opened(subject)

    await store.transaction(async (tx) => {
      for (const name of ["name", "Name", "NAME", "näme", "NÄME"])
        await tx.settings.insert({ name, value: name })
    })

    expect(await store.settings.find({ name: "Name" })).toEqual({ name: "Name", value: "Name" })
    expect(await store.settings.list({ where: { name: "NÄME" } })).toHaveLength(1)
  })

  test("spaces around a name belong to it", async () => {
    const store = await opened(subject)

    await store.transaction((tx) => tx.settings.insert({ name: "name ", value: 1 }))

    expect(await store.settings.find({ name: "name" })).toBeUndefined()
  })

  test("bytes that the caller changes afterwards stay what they were", async () => {
    const store = await opened(subject)
    const sealedValue = bytes(8)

    await store.transaction((tx) => tx.vaultObjectVersions.insert(version({ sealedValue })))
    sealedValue.fill(255)
    const found = await store.vaultObjectVersions.find(version())
    found?.sealedValue?.fill(254)

    expect(await store.vaultObjectVersions.find(version())).toEqual(version({ sealedValue: bytes(8) }))
  })
}

function describeUniqueness(subject: StoreUnderTest): void {
  test("a taken key is AlreadyExistsError", async () => {
    const store = await opened(subject)
    await store.transaction((tx) => tx.vaultObjectVersions.insert(version()))

    const insert = store.transaction((tx) => tx.vaultObjectVersions.insert(version({ sequence: 2 })))

    await expect(insert).rejects.toThrow(AlreadyExistsError)
    await expect(insert).rejects.toMatchObject({ collection: "vaultObjectVersions" })
  })

  test("another unique field that is taken is AlreadyExistsError, in an insert and in an update", async () => {
    const store = await opened(subject)
    const other = { ...samples.tenants, id: "other", domain: "fabrikam.example" }
    await store.transaction(async (tx) => {
      await tx.tenants.insert(samples.tenants)
      await tx.tenants.insert(other)
    })

    const insert = store.transaction((tx) => tx.tenants.insert({ ...samples.tenants, id: "third" }))
    const update = store.transaction((tx) => tx.tenants.update({ ...other, domain: samples.tenants.domain }))

    await expect(insert).rejects.toThrow(AlreadyExistsError)
    await expect(update).rejects.toThrow(AlreadyExistsError)
    expect(await store.tenants.list({ orderBy: "id" })).toEqual([samples.tenants, other])
  })

  test("a missing parent is an error, and not the one of a taken name", async () => {
    const store = await opened(subject)

    const insert = store.transaction((tx) => tx.users.insert(samples.users))

    await expect(insert).rejects.toBeInstanceOf(Error)
    await expect(insert).rejects.not.toBeInstanceOf(AlreadyExistsError)
  })

  test("a refused insert leaves the transaction usable", async () => {
    const store = await opened(subject)
    await store.transaction((tx) => tx.settings.insert({ name: "taken", value: 1 }))

    await store.transaction(async (tx) => {
      await expect(tx.settings.insert({ name: "taken", value: 2 })).rejects.toThrow(AlreadyExistsError)
      await tx.settings.insert({ name: "free", value: 3 })
    })

    expect(await store.settings.list({ orderBy: "name" })).toEqual([
      { name: "free", value: 3 },
      { name: "taken", value: 1 },
    ])
  })
}

function describeMisuse(subject: StoreUnderTest): void {
  test("an undefined field is a TypeError that names it", async () => {
    const store = await opened(subject)
    const record = { name: "a" } as { name: string; value: null }

    await expect(store.transaction((tx) => tx.settings.insert(record))).rejects.toThrow(
      /Field value is undefined/,
    )
    await expect(store.settings.find({} as { name: string })).rejects.toThrow(TypeError)
  })

  test("an undefined condition is a TypeError, not every record", async () => {
    const store: Store = await opened(subject)
    const where = { tenantId: undefined } as unknown as { tenantId: string }

    await expect(store.users.list({ where })).rejects.toThrow(TypeError)
  })

  test("a number that is not whole is a TypeError", async () => {
    const store = await opened(subject)

    for (const expiresAt of [1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      const insert = store.transaction((tx) => tx.vaultObjectVersions.insert(version({ expiresAt })))
      await expect(insert).rejects.toThrow(TypeError)
    }
  })
}
