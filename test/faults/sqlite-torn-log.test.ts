/**
 * Loss of power, as far as one machine can play it: the database and its log are copied while the store
 * writes, and the log is cut off or spoilt at any byte. What opens again has to be the state after some
 * commit: each commit whole, none missing before the last one that is there.
 */
import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { openSqliteStore } from "../../src/storage/sqlite.ts"
import type { Store } from "../../src/storage/store.ts"

const commits = 40
let directory: string
let source: string
let logBytes: number

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "keybearer-torn-"))
  const live = join(directory, "live.db")
  source = join(directory, "source.db")
  const store = await openSqliteStore({ path: live })
  for (let number = 1; number <= commits; number++) await commit(store, number)
  copyFileSync(live, source)
  copyFileSync(`${live}-wal`, `${source}-wal`)
  logBytes = statSync(`${source}-wal`).size
  await store.close()
})
afterAll(() => rmSync(directory, { recursive: true }))

/** Two records of which either both are there or none, of several pages so that a commit can be torn. */
function commit(store: Store, number: number): Promise<void> {
  return store.transaction(async (tx) => {
    await tx.settings.insert({ name: `left-${number}`, value: "x".repeat(6000) })
    await tx.settings.insert({ name: `right-${number}`, value: "x".repeat(6000) })
  })
}

async function commitsAfter(spoil: (log: string) => void): Promise<number> {
  const path = join(directory, "torn.db")
  copyFileSync(source, path)
  copyFileSync(`${source}-wal`, `${path}-wal`)
  spoil(`${path}-wal`)
  const store = await openSqliteStore({ path })
  const names = (await store.settings.list({})).map(({ name }) => name)
  await store.close()
  const there = names.length / 2
  const expected = Array.from({ length: there }, (_, index) => [
    `left-${index + 1}`,
    `right-${index + 1}`,
  ]).flat()
  expect(names.toSorted()).toEqual(expected.toSorted())
  return there
}

describe("a log", () => {
  test("that is whole gives back every commit", async () => {
    expect(await commitsAfter(() => {})).toBe(commits)
  })

  test("that is cut off at any byte gives back the commits before the cut", async () => {
    let last = 0
    // A page frame has 4120 bytes; the step meets every place within a frame sooner or later.
    const shortest = logBytes - 100 * 4120
    for (let length = shortest; length < logBytes; length += 1699) {
      const there = await commitsAfter((log) => truncateSync(log, length))
      expect(there).toBeGreaterThanOrEqual(last)
      last = there
    }
    expect(last).toBeLessThan(commits)
  })

  test("with a spoilt byte gives back the commits before it, and no wrong one", async () => {
    for (let at = logBytes - 100 * 4120; at < logBytes; at += 4001) {
      const there = await commitsAfter((log) => overwrite(log, at, Buffer.of(0x5a, 0xa5)))
      expect(there).toBeLessThan(commits)
    }
  })
})

function overwrite(path: string, at: number, bytes: Uint8Array): void {
  const file = openSync(path, "r+")
  writeSync(file, bytes, 0, bytes.length, at)
  closeSync(file)
}
