/**
 * SQLite through `node:sqlite`: a file in WAL mode with synchronous FULL, or memory. One connection;
 * transactions that wait at the same moment share one commit, each inside its own savepoint, so a
 * burst pays for one flush to disk. A file is held exclusively: a second server on it is refused.
 */
import { chmodSync, closeSync, existsSync, openSync } from "node:fs"
import { DatabaseSync, type StatementSync } from "node:sqlite"
import type { SqlDriver, SqlRow, SqlSession, SqlValue } from "./sql/driver.ts"
import { openSqlStore } from "./sql/store.ts"
import type { Store } from "./store.ts"

/** How many waiting transactions one commit may carry; bounds how long the event loop is held. */
const transactionsPerCommitMax = 128

const sqliteBusy = 5
const sqliteConstraint = 19

export interface SqliteOptions {
  /** Path of the database file, or `:memory:`. */
  path: string
}

/** @throws StoreInUseError when another process serves from the file */
export async function openSqliteStore({ path }: SqliteOptions): Promise<Store> {
  return openSqlStore(new SqliteDriver(path))
}

export class StoreInUseError extends Error {
  constructor(path: string, options?: ErrorOptions) {
    super(
      `The database "${path}" is in use by another keybearer. Stop that server, or give this one its own --data directory`,
      options,
    )
    this.name = "StoreInUseError"
  }
}

interface WaitingTransaction {
  run(session: SqlSession): Promise<void>
  settle(): void
  reject(error: unknown): void
}

class SqliteDriver implements SqlDriver {
  readonly types = { text: "TEXT", integer: "INTEGER", bytes: "BLOB" }
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  readonly #session: SqlSession
  #waiting: WaitingTransaction[] = []
  #committing: Promise<void> | undefined

  constructor(path: string) {
    this.#database = openDatabase(path)
    this.#session = {
      query: async (sql, parameters) => this.#prepared(sql).all(...parameters) as SqlRow[],
      execute: async (sql, parameters) => Number(this.#prepared(sql).run(...parameters).changes),
    }
  }

  async query(sql: string, parameters: readonly SqlValue[]): Promise<SqlRow[]> {
    // The one connection would show a reader what an unfinished transaction has written.
    while (this.#committing) await this.#committing
    return this.#session.query(sql, parameters)
  }

  async execute(sql: string, parameters: readonly SqlValue[]): Promise<number> {
    while (this.#committing) await this.#committing
    return this.#session.execute(sql, parameters)
  }

  transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let result: T
      this.#waiting.push({
        run: async (session) => {
          result = await work(session)
        },
        settle: () => resolve(result),
        reject,
      })
      // Later in this turn of the event loop, so that requests that arrived together commit together.
      if (this.#waiting.length === 1) setImmediate(() => void this.#commitWaiting())
    })
  }

  isUniqueViolation(error: unknown): boolean {
    return errorCode(error) === sqliteConstraint
  }

  async close(): Promise<void> {
    while (this.#committing || this.#waiting.length > 0) {
      await (this.#committing ?? new Promise((resolve) => setImmediate(resolve)))
    }
    this.#statements.clear()
    this.#database.close()
  }

  async #commitWaiting(): Promise<void> {
    while (this.#committing) await this.#committing
    if (this.#waiting.length === 0) return
    const batch = this.#waiting.splice(0, transactionsPerCommitMax)
    this.#committing = this.#commit(batch)
    await this.#committing
    if (this.#waiting.length > 0) setImmediate(() => void this.#commitWaiting())
  }

  async #commit(batch: WaitingTransaction[]): Promise<void> {
    const done: WaitingTransaction[] = []
    try {
      this.#database.exec("BEGIN IMMEDIATE")
      for (const transaction of batch) {
        if (await this.#runInSavepoint(transaction)) done.push(transaction)
      }
      this.#database.exec("COMMIT")
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK")
      for (const transaction of batch) transaction.reject(error)
      return
    } finally {
      this.#committing = undefined
    }
    for (const transaction of done) transaction.settle()
  }

  async #runInSavepoint(transaction: WaitingTransaction): Promise<boolean> {
    this.#database.exec("SAVEPOINT work")
    try {
      await transaction.run(this.#session)
      this.#database.exec("RELEASE work")
      return true
    } catch (error) {
      this.#database.exec("ROLLBACK TO work; RELEASE work")
      transaction.reject(error)
      return false
    }
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#database.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}

function openDatabase(path: string): DatabaseSync {
  if (path !== ":memory:") createPrivateFile(path)
  const database = new DatabaseSync(path)
  try {
    database.exec(
      "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON",
    )
    // Takes the exclusive lock now, not at the first write.
    database.exec("BEGIN IMMEDIATE; COMMIT")
  } catch (error) {
    database.close()
    throw errorCode(error) === sqliteBusy ? new StoreInUseError(path, { cause: error }) : error
  }
  return database
}

/** SQLite gives its WAL the mode of the database file. */
function createPrivateFile(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, "ax", 0o600))
  chmodSync(path, 0o600)
}

/** The primary SQLite result code, without its extension. */
function errorCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode
  return typeof code === "number" ? code & 0xff : undefined
}
