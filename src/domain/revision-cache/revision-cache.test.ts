import { expect, test } from "vitest"
import { openTestContext } from "../../../test/context.ts"
import type { Store } from "../../storage/store.ts"
import { revisionCache } from "./index.ts"

function insertSetting(store: Store, name: string): Promise<void> {
  return store.transaction((tx) => tx.settings.insert({ name, value: null }))
}

test("entries stay while nothing changes, or something else does", async () => {
  const { store } = await openTestContext()
  const cache = revisionCache<number>(["tenants"])
  cache(store).set("a", 1)

  await insertSetting(store, "elsewhere")

  expect(cache(store).get("a")).toBe(1)
})

test("entries go when any of their collections changes", async () => {
  const { store } = await openTestContext()
  const cache = revisionCache<number>(["tenants", "settings"])
  cache(store).set("a", 1)

  await insertSetting(store, "here")

  expect(cache(store).size).toBe(0)
})

test("what was read before a change is not kept after it", async () => {
  const { store } = await openTestContext()
  const cache = revisionCache<number>(["settings"])
  const before = cache(store)
  await insertSetting(store, "meanwhile")

  before.set("a", 1)

  expect(cache(store).has("a")).toBe(false)
})

test("two stores share nothing", async () => {
  const [one, other] = [await openTestContext(), await openTestContext()]
  const cache = revisionCache<number>(["settings"])
  cache(one.store).set("a", 1)

  expect(cache(other.store).has("a")).toBe(false)
})

test("entries go when there are too many", async () => {
  const { store } = await openTestContext()
  const cache = revisionCache<number>(["settings"], 2)
  cache(store).set("a", 1)
  cache(store).set("b", 2)

  cache(store).set("c", 3)

  expect([...cache(store).keys()]).toEqual(["c"])
})
