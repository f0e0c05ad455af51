import { execFileSync } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest"
import { describeStore } from "./conformance.ts"
import { openSqlStore } from "./sql/store.ts"
import { openSqliteStore, SqliteDriver } from "./sqlite.ts"
import { NewerSchemaError, type Store, StoreInUseError } from "./store.ts"

let directory: string
let places = 0
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "keybearer-sqlite-"))
})
afterAll(() => rmSync(directory, { recursive: true }))
const newPlace = () => join(directory, `${++places}.db`)

describeStore("SQLite in a file", {
  newPlace,
  open: (path) => openSqliteStore({ path }),
  durable: {
    module: new URL("./sqlite.ts", import.meta.url),
    open: "openSqliteStore",
    options: (path) => ({ path }),
  },
})

describeStore("SQLite in memory", {
  newPlace: () => ":memory:",
  open: (path) => openSqliteStore({ path }),
})

describe("the file", () => {
  // Two servers on one file would each believe their own caches.
  test("is refused to a second server, which is told the cure", async () => {
    const path = newPlace()
    await opened(path)

    const second = openSqliteStore({ path })

    await expect(second).rejects.toThrow(StoreInUseError)
    await expect(second).rejects.toThrow(
      /in use by another keybearer. Stop that server, or give this one its own/,
    )
  })

  test("is refused to another process", async () => {
    const path = newPlace()
    await opened(path)

    expect(inAnotherProcess(path)).toBe("StoreInUseError")
  })

  test("is free again once the store is closed", async () => {
    const path = newPlace()
    await (await openSqliteStore({ path })).close()

    await expect(opened(path)).resolves.toBeDefined()
  })

  // The names of secrets and who may read them are nobody else's business on this machine.
  test("and its log can be read and written by the owner only", async () => {
    const path = join(directory, "own", "modes.db")
    await set(await opened(path), "a", 1)

    const files = readdirSync(join(directory, "own"))

    expect(files).toContain("modes.db-wal")
    const modes = files.map((file) => statSync(join(directory, "own", file)).mode & 0o777)
    expect(new Set(modes)).toEqual(new Set([0o600]))
    expect(statSync(join(directory, "own")).mode & 0o777).toBe(0o700)
  })

  test("that others could read is closed to them when it is opened", async () => {
    const path = newPlace()
    writeFileSync(path, "", { mode: 0o644 })

    await opened(path)

    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test("written by a newer keybearer is refused, and let go", async () => {
    const path = newPlace()
    const driver = await migrated(path)
    await driver.execute("INSERT INTO migrations (number, name) VALUES (?, ?)", [9999, "future"])
    await driver.close()

    const older = openSqliteStore({ path })

    await expect(older).rejects.toThrow(NewerSchemaError)
    await expect(older).rejects.toThrow(
      /The database has schema 9999, this keybearer knows schema \d+. Start the newer version that wrote it/,
    )
    await new SqliteDriver(path).close()
  })

  test("that is no database is an error that names it", async () => {
    const path = newPlace()
    writeFileSync(path, "not a database ".repeat(400))

    await expect(openSqliteStore({ path })).rejects.toThrow(
      `Cannot open the database "${path}": file is not a`,
    )
  })

  test("may have a name that SQLite would take for an address", () => {
    expect(inAnotherProcess("file:odd.db?mode=memory")).toBe("opened")

    expect(statSync(join(directory, "file:odd.db?mode=memory")).size).toBeGreaterThan(0)
  })
})

describe("a failing database", () => {
  // A deferred constraint is the one way to make COMMIT itself fail without touching the disk.
  const breakCommit = (driver: SqliteDriver) =>
    driver.transaction(async (session) => {
      await session.execute("PRAGMA defer_foreign_keys = ON", [])
      await session.execute("INSERT INTO users SELECT 'u', 'none', 'n', 'n', 'n', 'n', 1, 1", [])
    })

  test("that refuses the commit refuses every transaction of it, and keeps nothing", async () => {
    const { driver, store } = await openedWithDriver()

    const outcomes = await Promise.allSettled([
      set(store, "before", 1),
      breakCommit(driver),
      set(store, "after", 1),
    ])

    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"])
    expect(await store.settings.list({})).toEqual([])
  })

  // A refusal may rest on what another transaction of the same commit wrote, so it has to wait for the commit.
  test("that refuses the commit does not say that a name is taken which nobody got", async () => {
    const { driver, store } = await openedWithDriver()

    const [, second] = await Promise.allSettled([
      set(store, "one", 1),
      set(store, "one", 2),
      breakCommit(driver),
    ])

    expect(second).toMatchObject({ status: "rejected", reason: { message: "FOREIGN KEY constraint failed" } })
  })

  test("that refuses a commit takes the next one, and no revision has moved meanwhile", async () => {
    const { driver, store } = await openedWithDriver()
    const before = store.revision("settings")

    await Promise.allSettled([set(store, "a", 1), breakCommit(driver)])

    expect(store.revision("settings")).toBe(before)
    await set(store, "a", 2)
    expect(await store.settings.list({})).toEqual([{ name: "a", value: 2 }])
  })

  test("that is full refuses what does not fit, also when the work overlooks it, and goes on", async () => {
    const { driver, store } = await openedWithDriver()
    const [row] = await driver.query("PRAGMA page_count", [])
    await driver.query(`PRAGMA max_page_count = ${Number(row?.["page_count"]) + 5}`, [])

    const overlooking = store.transaction(async (tx) => {
      await tx.settings.insert({ name: "small", value: 1 })
      await tx.settings.insert({ name: "large", value: "x".repeat(100_000) }).catch(() => {})
      await tx.settings.insert({ name: "late", value: 1 })
    })

    await expect(overlooking).rejects.toThrow("The database has abandoned the transaction")
    expect(await store.settings.list({})).toEqual([])
    await set(store, "a", 1)
    expect(await store.settings.list({})).toEqual([{ name: "a", value: 1 }])
  })

  // BEGIN fails before anything is awaited: readers must not wait for a commit that has ended already.
  test("that cannot begin a transaction refuses it and still answers reads", async () => {
    const { driver, store } = await openedWithDriver()
    await driver.execute("BEGIN", [])

    await expect(set(store, "a", 1)).rejects.toThrow(/cannot start a transaction/)
    expect(await store.settings.list({})).toEqual([])
  })
})

test("the work of a transaction runs in the context of its own caller", async () => {
  const { AsyncLocalStorage } = await import("node:async_hooks")
  const request = new AsyncLocalStorage<string>()
  const store = await opened(":memory:")

  const seen = await Promise.all(
    ["one", "two"].map((id) => request.run(id, () => store.transaction(async () => request.getStore()))),
  )

  expect(seen).toEqual(["one", "two"])
})

async function opened(path: string): Promise<Store> {
  const store = await openSqliteStore({ path })
  onTestFinished(() => store.close())
  return store
}

/** Opens a store where paths begin at `directory`, and tells how that went. */
function inAnotherProcess(path: string): string {
  const program = `
    const { openSqliteStore } = await import(${JSON.stringify(new URL("./sqlite.ts", import.meta.url))})
    const opening = openSqliteStore({ path: ${JSON.stringify(path)} })
    console.log(await opening.then(() => "opened", (error) => error.name))`
  const parameters = ["--input-type=module", "--eval", program]
  return execFileSync(process.execPath, parameters, { cwd: directory, encoding: "utf8" }).trim()
}

async function migrated(path: string): Promise<SqliteDriver> {
  const driver = new SqliteDriver(path)
  await openSqlStore(driver)
  return driver
}

async function openedWithDriver(): Promise<{ driver: SqliteDriver; store: Store }> {
  const driver = new SqliteDriver(newPlace())
  onTestFinished(() => driver.close())
  return { driver, store: await openSqlStore(driver) }
}

function set(store: Store, name: string, value: number): Promise<void> {
  return store.transaction((tx) => tx.settings.insert({ name, value }))
}
