/**
 * The SQL of a collection, made once from its table. One set of statements for every database; each
 * shape of a list query becomes one statement, kept by its shape.
 */
import type { CollectionName, ListQuery, RecordOf } from "../store.ts"
import type { SqlRow, SqlValue } from "./driver.ts"
import { type ColumnType, type Table, toSnakeCase } from "./tables.ts"

interface Column {
  field: string
  /** As the database names it, and the same in quotes. */
  name: string
  column: string
  type: ColumnType
}

export interface Statement {
  sql: string
  parameters: SqlValue[]
}

export class Statements<N extends CollectionName> {
  readonly #columns: Column[]
  readonly #key: Column[]
  readonly #table: string
  readonly #selected: string
  readonly #find: string
  readonly #insert: string
  readonly #update: string
  readonly #delete: string
  readonly #lists = new Map<string, string>()

  constructor(table: Table<N>) {
    this.#table = table.table
    this.#columns = Object.entries<ColumnType>(table.columns).map(([field, type]) => {
      const name = toSnakeCase(field)
      return { field, type, name, column: `"${name}"` }
    })
    const key = table.key as readonly string[]
    this.#key = key.map((field) => this.#column(field))
    this.#selected = `SELECT ${this.#columns.map(({ column }) => column).join(", ")} FROM ${this.#table}`
    const isKey = this.#key.map(({ column }) => `${column} = ?`).join(" AND ")
    this.#find = `${this.#selected} WHERE ${isKey}`
    this.#insert = `INSERT INTO ${this.#table} (${this.#columns.map(({ column }) => column).join(", ")}) VALUES (${this.#columns.map(() => "?").join(", ")})`
    this.#update = `UPDATE ${this.#table} SET ${this.#columns.map(({ column }) => `${column} = ?`).join(", ")} WHERE ${isKey}`
    this.#delete = `DELETE FROM ${this.#table} WHERE ${isKey}`
  }

  find(key: object): Statement {
    return { sql: this.#find, parameters: this.#keyValues(key) }
  }

  insert(record: object): Statement {
    return { sql: this.#insert, parameters: this.#values(record) }
  }

  update(record: object): Statement {
    return { sql: this.#update, parameters: [...this.#values(record), ...this.#keyValues(record)] }
  }

  delete(key: object): Statement {
    return { sql: this.#delete, parameters: this.#keyValues(key) }
  }

  list(query: ListQuery<RecordOf<N>>): Statement {
    const where: [string, unknown][] = Object.entries(query.where ?? {})
    const shape = listShape(where, query as ListQuery<Record<string, string>>)
    let sql = this.#lists.get(shape)
    if (sql === undefined) {
      sql = this.#listSql(where, query as ListQuery<Record<string, string>>)
      this.#lists.set(shape, sql)
    }
    return { sql, parameters: this.#listValues(where, query as ListQuery<Record<string, string>>) }
  }

  toRecord(row: SqlRow): RecordOf<N> {
    const record: Record<string, unknown> = {}
    for (const { field, name, type } of this.#columns) record[field] = fromSql(type, row[name])
    return record as unknown as RecordOf<N>
  }

  #listSql(where: [string, unknown][], query: ListQuery<Record<string, string>>): string {
    const conditions = where.map(([field, value]) => {
      const { column } = this.#column(field)
      return value === null ? `${column} IS NULL` : `${column} = ?`
    })
    if (query.after !== undefined) {
      if (query.orderBy === undefined) throw new TypeError("A list query with `after` needs `orderBy`")
      conditions.push(`${this.#column(query.orderBy).column} ${query.descending ? "<" : ">"} ?`)
    }
    if (query.below !== undefined) conditions.push(`${this.#column(query.below.field).column} < ?`)
    let sql = this.#selected
    if (conditions.length > 0) sql += ` WHERE ${conditions.join(" AND ")}`
    if (query.orderBy !== undefined) {
      sql += ` ORDER BY ${this.#column(query.orderBy).column}${query.descending ? " DESC" : ""}`
    }
    return query.limit === undefined ? sql : `${sql} LIMIT ?`
  }

  #listValues(where: [string, unknown][], query: ListQuery<Record<string, string>>): SqlValue[] {
    const values: SqlValue[] = []
    for (const [field, value] of where) {
      if (value !== null) values.push(toSql(this.#column(field), value))
    }
    if (query.after !== undefined) values.push(query.after)
    if (query.below !== undefined) values.push(query.below.value)
    if (query.limit !== undefined) values.push(limitOf(query.limit))
    return values
  }

  #values(record: object): SqlValue[] {
    return this.#columns.map((column) => toSql(column, (record as Record<string, unknown>)[column.field]))
  }

  #keyValues(key: object): SqlValue[] {
    return this.#key.map((column) => toSql(column, (key as Record<string, unknown>)[column.field]))
  }

  #column(field: string): Column {
    const column = this.#columns.find((candidate) => candidate.field === field)
    if (column === undefined) throw new TypeError(`No field ${field} in ${this.#table}`)
    return column
  }
}

function listShape(where: [string, unknown][], query: ListQuery<Record<string, string>>): string {
  const equal = where.map(([field, value]) => (value === null ? `${field}!` : field)).join(",")
  const order = `${query.orderBy ?? ""}${query.descending ? "-" : "+"}`
  return `${equal}|${order}|${query.after !== undefined}|${query.below?.field ?? ""}|${query.limit !== undefined}`
}

function toSql({ field, type }: Column, value: unknown): SqlValue {
  if (value === undefined) throw new TypeError(`Field ${field} is undefined; absent values are null`)
  if (type === "json") return JSON.stringify(value)
  if (type === "boolean") return value ? 1 : 0
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new TypeError(`Field ${field} takes whole numbers only`)
  }
  return value as SqlValue
}

/** A negative limit would mean "all" to some databases and an error to others. */
function limitOf(limit: number): number {
  if (!Number.isSafeInteger(limit) || limit < 0) throw new TypeError("A limit is a whole number from 0")
  return limit
}

function fromSql(type: ColumnType, value: unknown): unknown {
  if (type === "json") return JSON.parse(value as string)
  if (type === "boolean") return Number(value) === 1
  // Some drivers give 64-bit integers as text.
  if (type.startsWith("integer") && typeof value === "string") return Number(value)
  return value
}
