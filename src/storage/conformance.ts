/**
 * The proof of a storage backend: one suite for all. A backend's test calls `describeStore` with the
 * few lines that say how it is opened, and which guarantees it does not make.
 */
import { describe } from "vitest"
import { describeConcurrency } from "./conformance/concurrency.ts"
import { type CrashOptions, describeCrash } from "./conformance/crash.ts"
import { describeDurability } from "./conformance/durability.ts"
import { describePaging } from "./conformance/paging.ts"
import { describeRecords } from "./conformance/records.ts"
import { describeRevision } from "./conformance/revision.ts"
import { describeTransactions } from "./conformance/transactions.ts"
import type { Store } from "./store.ts"

export interface StoreUnderTest {
  /** Names a new place with nothing in it: a path, an address of a database. */
  newPlace(): string
  open(place: string): Promise<Store>
  /** What outlives the store: absent for backends that forget everything when closed. */
  durable?: CrashOptions
}

export function describeStore(name: string, subject: StoreUnderTest): void {
  describe(`a store: ${name}`, () => {
    describeRecords(subject)
    describePaging(subject)
    describeTransactions(subject)
    describeConcurrency(subject)
    describeRevision(subject)
    const { durable } = subject
    if (durable === undefined) return
    describeDurability(subject)
    describeCrash(subject, durable)
  })
}
