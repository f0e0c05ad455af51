/** The process that crash.ts kills. Arguments: a module, its function that opens the store, the options as JSON. */
import { writeSync } from "node:fs"
import type { Store } from "../store.ts"
import { bytes, count, lanes, version } from "./samples.ts"

const [module = "", open = "", options = ""] = process.argv.slice(2)
const openers = (await import(module)) as Record<string, (options: object) => Promise<Store>>
const store = await openers[open]!(JSON.parse(options))
await Promise.all(lanes.map(write))

async function write(lane: string): Promise<never> {
  for (;;) {
    const number = await commit(lane)
    // Synchronous: what is told has been acknowledged, and is told before the next commit begins.
    writeSync(1, `${lane} ${number}\n`)
  }
}

function commit(lane: string): Promise<number> {
  return store.transaction(async (tx) => {
    const number = (await count(tx, lane)) + 1
    await tx.settings.delete({ name: lane })
    await tx.settings.insert({ name: lane, value: number })
    await tx.vaultObjectVersions.insert(
      version({ vaultId: lane, version: `v${number}`, sequence: number, sealedValue: bytes(2000) }),
    )
    return number
  })
}
