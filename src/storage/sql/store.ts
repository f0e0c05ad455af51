/**
 * The store on top of any SQL database: collections, transactions and revisions (this file), their statements
 * (statements.ts) from one table of columns (tables.ts), and what a database has to offer (driver.ts). It does not own
 * the schema (migrations/) nor any one database (sqlite.ts).
 *
 * Governing document: docs/decisions/0001-one-store-interface-of-plain-collections.md.
 */
import { AsyncLocalStorage } from "node:async_hooks"
import { migrate } from "../migrations/index.ts"
import {
  AlreadyExistsError,
  type CollectionName,
  type KeyOf,
  type ListQuery,
  NotFoundError,
  type ReadCollection,
  type ReadCollections,
  type RecordOf,
  type Store,
  type Transaction,
  type WriteCollection,
} from "../store.ts"
import type { SqlDriver, SqlSession } from "./driver.ts"
import { Statements } from "./statements.ts"
import { collectionNames, tables } from "./tables.ts"

type AllStatements = { [N in CollectionName]: Statements<N> }

/** Brings the database to the newest schema and opens the store on it. */
export async function openSqlStore(driver: SqlDriver): Promise<Store> {
  await migrate(driver)
  const statements = Object.fromEntries(
    collectionNames.map((name) => [name, new Statements(tables[name])]),
  ) as unknown as AllStatements
  const revisions: Revisions = new Map(collectionNames.map((name) => [name, 0]))
  const readers = Object.fromEntries(
    collectionNames.map((name) => [name, new SqlReader(outsideTransactions(driver), statements[name])]),
  ) as unknown as ReadCollections

  return {
    ...readers,
    transaction: <T>(work: (tx: Transaction) => Promise<T>) =>
      runTransaction(driver, statements, revisions, work),
    revision: (collection: CollectionName) => revisions.get(collection) ?? 0,
    close: () => driver.close(),
  }
}

type Revisions = Map<CollectionName, number>

async function runTransaction<T>(
  driver: SqlDriver,
  statements: AllStatements,
  revisions: Revisions,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  assertOutsideTransaction()
  const changed = new Set<CollectionName>()
  const result = await driver.transaction(async (connection) => {
    const session = new TransactionSession(connection)
    const tx = new SqlTransaction({ driver, session, statements, changed }) as unknown as Transaction
    try {
      return await enclosing.run(session, work, tx)
    } finally {
      session.open = false
    }
  })
  for (const name of changed) revisions.set(name, (revisions.get(name) ?? 0) + 1)
  return result
}

/** The transaction whose work is running; it may be over when the work left something running behind. */
const enclosing = new AsyncLocalStorage<TransactionSession>()

/** Inside a transaction the store would wait for that transaction's end, which would wait for the store. */
function assertOutsideTransaction(): void {
  if (enclosing.getStore()?.open) {
    throw new TypeError(
      "Inside a transaction use its own collections, not the store's and no other transaction",
    )
  }
}

function outsideTransactions(driver: SqlDriver): SqlSession {
  return {
    query: (sql, parameters) => {
      assertOutsideTransaction()
      return driver.query(sql, parameters)
    },
    execute: (sql, parameters) => driver.execute(sql, parameters),
  }
}

/** Closes with the work, so that a step the work forgot to await cannot write into the next transaction. */
class TransactionSession implements SqlSession {
  open = true
  readonly #connection: SqlSession

  constructor(connection: SqlSession) {
    this.#connection = connection
  }

  async query(...statement: Parameters<SqlSession["query"]>) {
    this.#assertOpen()
    return this.#connection.query(...statement)
  }

  async execute(...statement: Parameters<SqlSession["execute"]>) {
    this.#assertOpen()
    return this.#connection.execute(...statement)
  }

  #assertOpen(): void {
    if (!this.open) throw new TypeError("The transaction is over; its work has to await every step")
  }
}

interface TransactionState {
  driver: SqlDriver
  session: SqlSession
  statements: AllStatements
  changed: Set<CollectionName>
}

/** Its collections are made when first asked for: most transactions touch two or three of them. */
class SqlTransaction {
  readonly state: TransactionState
  readonly made = new Map<CollectionName, object>()

  constructor(state: TransactionState) {
    this.state = state
  }

  static {
    for (const name of collectionNames) {
      Object.defineProperty(this.prototype, name, {
        get(this: SqlTransaction) {
          let collection = this.made.get(name)
          if (collection === undefined) this.made.set(name, (collection = new SqlWriter(name, this.state)))
          return collection
        },
      })
    }
  }
}

class SqlReader<N extends CollectionName> implements ReadCollection<N> {
  protected readonly session: SqlSession
  protected readonly statements: Statements<N>

  constructor(session: SqlSession, statements: Statements<N>) {
    this.session = session
    this.statements = statements
  }

  async find(key: KeyOf<N>): Promise<RecordOf<N> | undefined> {
    const { sql, parameters } = this.statements.find(key)
    const [row] = await this.session.query(sql, parameters)
    return row === undefined ? undefined : this.statements.toRecord(row)
  }

  async list(query: ListQuery<RecordOf<N>>): Promise<RecordOf<N>[]> {
    const { sql, parameters } = this.statements.list(query)
    const rows = await this.session.query(sql, parameters)
    return rows.map((row) => this.statements.toRecord(row))
  }
}

class SqlWriter<N extends CollectionName> extends SqlReader<N> implements WriteCollection<N> {
  readonly #name: N
  readonly #state: TransactionState

  constructor(name: N, state: TransactionState) {
    super(state.session, state.statements[name])
    this.#name = name
    this.#state = state
  }

  async insert(record: RecordOf<N>): Promise<void> {
    const { sql, parameters } = this.statements.insert(record)
    await this.#execute(sql, parameters)
  }

  async update(record: RecordOf<N>): Promise<void> {
    const { sql, parameters } = this.statements.update(record)
    if ((await this.#execute(sql, parameters)) === 0) throw new NotFoundError(this.#name)
  }

  async delete(key: KeyOf<N>): Promise<boolean> {
    const { sql, parameters } = this.statements.delete(key)
    return (await this.#execute(sql, parameters)) > 0
  }

  async #execute(sql: string, parameters: Parameters<SqlSession["execute"]>[1]): Promise<number> {
    try {
      const changes = await this.session.execute(sql, parameters)
      if (changes > 0) this.#state.changed.add(this.#name)
      return changes
    } catch (error) {
      if (this.#state.driver.isUniqueViolation(error))
        throw new AlreadyExistsError(this.#name, { cause: error })
      throw error
    }
  }
}
