/**
 * SQLite through `node:sqlite`: a file in WAL mode with synchronous FULL, or memory. One connection;
 * transactions that wait at the same moment share one commit, each inside its own savepoint, so a
 * burst pays for one flush to disk. A file is held exclusively: a second server on it is refused.
 */
import { AsyncLocalStorage } from "node:async_hooks"
import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs"
import { dirname, resolve as resolvePath } from "node:path"
import { DatabaseSync, type StatementSync } from "node:sqlite"
import type { SqlDriver, SqlRow, SqlSession, SqlValue } from "./sql/driver.ts"
import { openSqlStore } from "./sql/store.ts"
import { type Store, StoreClosedError, StoreInUseError } from "./store.ts"

/** How many waiting transactions one commit may carry; bounds how long the event loop is held. */
const transactionsPerCommitMax = 128

const sqliteBusy = 5
const sqliteConstraintPrimaryKey = 1555
const sqliteConstraintUnique = 2067

export interface SqliteOptions {
  /** Path of the database file, or `:memory:`. Its directory is made when missing. */
  path: string
}

/**
 * @throws StoreInUseError when another process serves from the file
 * @throws NewerSchemaError when a newer keybearer wrote it
 */
export async function openSqliteStore({ path }: SqliteOptions): Promise<Store> {
  const driver = new SqliteDriver(path)
  try {
    return await openSqlStore(driver)
  } catch (error) {
    await driver.close()
    throw error
  }
}

interface WaitingTransaction {
  /** Runs the work and answers how to tell its caller, once all is on disk. */
  run(): Promise<() => void>
  reject(error: unknown): void
}

export class SqliteDriver implements SqlDriver {
  readonly types = { text: "TEXT", integer: "INTEGER", bytes: "BLOB" }
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  readonly #session: SqlSession
  #waiting: WaitingTransaction[] = []
  /** Until every waiting transaction has ended. */
  #draining: Promise<void> | undefined
  /** While a batch of transactions is open. */
  #batch: Promise<void> | undefined
  #closed: Promise<void> | undefined

  constructor(path: string) {
    this.#database = openDatabase(path)
    this.#session = {
      query: async (sql, parameters) => this.#inTransaction(sql).all(...parameters),
      execute: async (sql, parameters) => Number(this.#inTransaction(sql).run(...parameters).changes),
    }
  }

  async query(sql: string, parameters: readonly SqlValue[]): Promise<SqlRow[]> {
    await this.#untilCommitted()
    return this.#prepared(sql).all(...parameters)
  }

  async execute(sql: string, parameters: readonly SqlValue[]): Promise<number> {
    await this.#untilCommitted()
    return Number(this.#prepared(sql).run(...parameters).changes)
  }

  transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    if (this.#closed !== undefined) return Promise.reject(new StoreClosedError())
    const asCaller = AsyncLocalStorage.snapshot()
    return new Promise<T>((resolve, reject) => {
      const run = async () => {
        const result = await asCaller(work, this.#session)
        return () => resolve(result)
      }
      this.#waiting.push({ run, reject })
      this.#draining ??= this.#drain()
    })
  }

  isUniqueViolation(error: unknown): boolean {
    const code = errorCode(error)
    return code === sqliteConstraintPrimaryKey || code === sqliteConstraintUnique
  }

  /** Ends what waits, then closes; what is asked for from now on is refused. */
  close(): Promise<void> {
    this.#closed ??= (async () => {
      await this.#draining
      this.#statements.clear()
      this.#database.close()
    })()
    return this.#closed
  }

  /** The one connection would show a reader what an unfinished transaction has written. */
  async #untilCommitted(): Promise<void> {
    if (this.#closed !== undefined) throw new StoreClosedError()
    while (this.#batch) await this.#batch
  }

  async #drain(): Promise<void> {
    do {
      // Requests that arrived together commit together, and others get their turn between two batches.
      await new Promise((resolve) => setImmediate(resolve))
      this.#batch = this.#commit(this.#waiting.splice(0, transactionsPerCommitMax))
      await this.#batch
      this.#batch = undefined
    } while (this.#waiting.length > 0)
    this.#draining = undefined
  }

  /** Never rejects. Callers hear nothing, good or bad, before it is certain what is on disk. */
  async #commit(batch: WaitingTransaction[]): Promise<void> {
    const settlements: (() => void)[] = []
    try {
      this.#database.exec("BEGIN IMMEDIATE")
      for (const transaction of batch) settlements.push(await this.#runInSavepoint(transaction))
      this.#database.exec("COMMIT")
    } catch (error) {
      this.#rollBack()
      for (const transaction of batch) transaction.reject(error)
      return
    }
    for (const settle of settlements) settle()
  }

  async #runInSavepoint(transaction: WaitingTransaction): Promise<() => void> {
    this.#database.exec("SAVEPOINT work")
    try {
      const settle = await transaction.run()
      this.#assertInTransaction()
      this.#database.exec("RELEASE work")
      return settle
    } catch (error) {
      // A full or failing disk ends the whole batch, not only this savepoint.
      if (!this.#database.isTransaction) throw error
      this.#database.exec("ROLLBACK TO work; RELEASE work")
      return () => transaction.reject(error)
    }
  }

  #rollBack(): void {
    try {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK")
    } catch {
      // The error that led here is the one to tell; SQLite has ended the transaction in any case.
    }
  }

  #inTransaction(sql: string): StatementSync {
    this.#assertInTransaction()
    return this.#prepared(sql)
  }

  /** When SQLite has abandoned it, each statement would commit by itself, for work that is then refused. */
  #assertInTransaction(): void {
    if (!this.#database.isTransaction) throw new Error("The database has abandoned the transaction")
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
  if (path === ":memory:") return configured(path)
  // Absolute, because SQLite reads a name that begins with `file:` as an address with options.
  const file = resolvePath(path)
  createPrivateFile(file)
  return configured(file)
}

function configured(path: string): DatabaseSync {
  const database = new DatabaseSync(path)
  try {
    database.exec(
      "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON",
    )
    // Takes the exclusive lock now, not at the first write.
    database.exec("BEGIN IMMEDIATE; COMMIT")
    return database
  } catch (error) {
    database.close()
    if (primaryCode(error) === sqliteBusy) throw new StoreInUseError(path, { cause: error })
    throw new Error(`Cannot open the database "${path}": ${(error as Error).message}`, { cause: error })
  }
}

/** SQLite gives its WAL the mode of the database file. */
function createPrivateFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  closeSync(openSync(path, "a", 0o600))
  chmodSync(path, 0o600)
}

function errorCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode
  return typeof code === "number" ? code : undefined
}

/** The SQLite result code without its extension. */
function primaryCode(error: unknown): number {
  return (errorCode(error) ?? 0) & 0xff
}
