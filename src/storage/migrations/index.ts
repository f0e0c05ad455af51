/**
 * Migrations: numbered steps that bring a database from one schema to the next, each run once, in
 * order, in a transaction of its own. A step that has been released is never edited.
 */
import type { SqlDriver, SqlTypes } from "../sql/driver.ts"
import { NewerSchemaError } from "../store.ts"
import { foundation } from "./0001-foundation.ts"

export interface Migration {
  number: number
  name: string
  statements(types: SqlTypes): string[]
}

const migrations: readonly Migration[] = [foundation]

/** @throws NewerSchemaError when the database was written by a newer keybearer */
export async function migrate(driver: SqlDriver): Promise<void> {
  const { text, integer } = driver.types
  await driver.execute(
    `CREATE TABLE IF NOT EXISTS migrations (number ${integer} NOT NULL PRIMARY KEY, name ${text} NOT NULL)`,
    [],
  )
  const rows = await driver.query("SELECT number FROM migrations ORDER BY number", [])
  const found = Number(rows.at(-1)?.["number"] ?? 0)
  const known = migrations.at(-1)?.number ?? 0
  if (found > known) throw new NewerSchemaError(found, known)
  for (const migration of migrations.filter(({ number }) => number > found)) {
    await apply(driver, migration)
  }
}

async function apply(driver: SqlDriver, migration: Migration): Promise<void> {
  await driver.transaction(async (session) => {
    for (const statement of migration.statements(driver.types)) await session.execute(statement, [])
    await session.execute("INSERT INTO migrations (number, name) VALUES (?, ?)", [
      migration.number,
      migration.name,
    ])
  })
}
