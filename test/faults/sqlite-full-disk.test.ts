/**
 * A disk that takes no more, played by the limit on file size that a process can be given: SQLite meets it
 * where it writes its log, which is the commit itself.
 */
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { openSqliteStore } from "../../src/storage/sqlite.ts"

const moduleUrl = new URL("../../src/storage/sqlite.ts", import.meta.url).href

/** Commits in batches until some are refused; tells what was acknowledged and what it then reads. */
const program = `
  const { openSqliteStore } = await import(${JSON.stringify(moduleUrl)})
  const store = await openSqliteStore({ path: process.argv[1] })
  const acknowledged = []
  let refused = []
  for (let round = 0; refused.length === 0 && round < 1000; round++) {
    const names = ["a", "b", "c"].map((lane) => lane + round)
    const outcomes = await Promise.allSettled(
      names.map((name) => store.transaction((tx) => tx.settings.insert({ name, value: "x".repeat(20_000) }))),
    )
    acknowledged.push(...names.filter((_, index) => outcomes[index].status === "fulfilled"))
    refused = outcomes.filter(({ status }) => status === "rejected").map(({ reason }) => reason.message)
  }
  const read = (await store.settings.list({})).map(({ name }) => name)
  console.log(JSON.stringify({ acknowledged, refused, read }))
  process.exit()
`

test("a commit that the disk refuses refuses all its transactions, and loses no earlier one", async () => {
  const directory = mkdtempSync(join(tmpdir(), "keybearer-full-"))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const path = join(directory, "full.db")

  const limited = 'ulimit -f 1024; exec "$0" --input-type=module --eval "$1" "$2"'
  const output = execFileSync("bash", ["-c", limited, process.execPath, program, path], { encoding: "utf8" })
  const { acknowledged, refused, read } = JSON.parse(output) as Record<string, string[]>

  expect(acknowledged?.length).toBeGreaterThan(3)
  expect(refused).toHaveLength(3)
  expect(read?.toSorted()).toEqual(acknowledged?.toSorted())
  const store = await openSqliteStore({ path })
  const kept = await store.settings.list({ orderBy: "name" })
  await store.close()
  expect(kept.map(({ name }) => name)).toEqual(acknowledged?.toSorted())
})
