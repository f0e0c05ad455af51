/** What a SQL database must offer to become a store: parameters by `?`, and transactions. */

export type SqlValue = string | number | Uint8Array | null
export type SqlRow = Record<string, unknown>

export interface SqlSession {
  /** Runs one statement; `sql` is one of a small fixed set, so drivers may keep it prepared. */
  query(sql: string, parameters: readonly SqlValue[]): Promise<SqlRow[]>
  /** The same for statements without rows; answers how many rows changed. */
  execute(sql: string, parameters: readonly SqlValue[]): Promise<number>
}

export interface SqlDriver extends SqlSession {
  /** The database's words for the column types of the migrations. */
  readonly types: SqlTypes

  /** All or nothing, serialisable, on disk when resolved; may run `work` again after a conflict. */
  transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T>

  /** Whether the error says that a unique value is taken. */
  isUniqueViolation(error: unknown): boolean

  close(): Promise<void>
}

export interface SqlTypes {
  text: string
  integer: string
  bytes: string
}
