/**
 * Storage: one interface over plain records, and the backends that keep its promises. It owns how
 * records lie in a database, migrations, transactions and durability; it knows no rule of the product
 * and nothing in it is in clear that ought to be sealed (that is domain/ and crypto/).
 *
 * | Need | File |
 * | --- | --- |
 * | the interface and its promises, the errors | `store.ts` |
 * | what is kept | `records.ts` |
 * | a database as a store | `sql/`, with the schema in `migrations/` |
 * | SQLite, file and memory | `sqlite.ts` |
 * | the proof of a backend | `conformance.ts`, run by each backend's test |
 *
 * Governing documents: DESIGN 2 (run shapes), 4 (borders), 5 (nothing acknowledged is lost).
 */
export type * from "./records.ts"
export {
  AlreadyExistsError,
  type CollectionName,
  type KeyOf,
  type ListQuery,
  NewerSchemaError,
  NotFoundError,
  type ReadCollection,
  type ReadCollections,
  type RecordOf,
  type Store,
  StoreClosedError,
  StoreInUseError,
  type Transaction,
  type WriteCollection,
} from "./store.ts"
export { openSqliteStore, type SqliteOptions } from "./sqlite.ts"
