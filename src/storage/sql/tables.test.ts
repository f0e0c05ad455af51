import { describe, expect, test } from "vitest"
import { SqliteDriver } from "../sqlite.ts"
import type { CollectionName } from "../store.ts"
import { openSqlStore } from "./store.ts"
import { collectionNames, tables, toSnakeCase } from "./tables.ts"

const driver = new SqliteDriver(":memory:")
await openSqlStore(driver)

/** What the migrations made of each column type. */
const columnTypes: Record<string, string> = {
  text: "TEXT",
  json: "TEXT",
  integer: "INTEGER",
  boolean: "INTEGER",
  bytes: "BLOB",
}

describe("tables and migrations agree", () => {
  test("on which tables there are", async () => {
    const rows = await driver.query("SELECT name FROM sqlite_schema WHERE type = 'table'", [])

    const made = rows.map(({ name }) => name).filter((name) => name !== "migrations")
    expect(new Set(made)).toEqual(new Set(collectionNames.map((name) => tables[name].table)))
  })

  test.each(collectionNames)("on the columns, types and absences of %s", async (name) => {
    const made = (await tableInfo(name)).map((column) => [
      column["name"],
      column["type"],
      column["notnull"] === 0,
    ])

    const described = Object.entries(tables[name].columns).map(([field, type]) => [
      toSnakeCase(field),
      columnTypes[type.replace("?", "")],
      type.endsWith("?"),
    ])
    expect(made.toSorted(byName)).toEqual(described.toSorted(byName))
  })

  test.each(collectionNames)("on the key of %s", async (name) => {
    const made = (await tableInfo(name))
      .filter(({ pk }) => Number(pk) > 0)
      .toSorted((a, b) => Number(a["pk"]) - Number(b["pk"]))

    expect(made.map((column) => column["name"])).toEqual(tables[name].key.map(toSnakeCase))
  })
})

function tableInfo(name: CollectionName) {
  return driver.query(`PRAGMA table_info(${tables[name].table})`, [])
}

function byName(a: unknown[], b: unknown[]): number {
  return String(a[0]) < String(b[0]) ? -1 : 1
}
