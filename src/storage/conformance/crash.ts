/**
 * The crash test: a child process commits in several lanes and tells each commit on standard output
 * once the store has acknowledged it; it is killed without warning. What was told has to be there, and
 * nothing may be there by half.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import type { StoreUnderTest } from "../conformance.ts"
import { count, lanes } from "./samples.ts"

export interface CrashOptions {
  /** How the child process opens the store: calls this function of this module with these options. */
  module: URL
  open: string
  options(place: string): object
  /** How often a child is killed. A few by default; test/faults/ asks for many. */
  crashes?: number
}

const writer = fileURLToPath(new URL("./crash-writer.ts", import.meta.url))

export function describeCrash(subject: StoreUnderTest, options: CrashOptions): void {
  const { crashes = 3 } = options
  describe("crash", () => {
    test(
      `loses nothing acknowledged and halves nothing, ${crashes} times`,
      { timeout: 120_000 },
      async () => {
        const place = subject.newPlace()
        await (await subject.open(place)).close()

        for (let round = 1; round <= crashes; round++) {
          const acknowledged = await crash(options, place, killAfter(round))
          const found = await reopened(subject, place)
          for (const { lane, counter, sequences, intact } of found) {
            expect(counter).toBeGreaterThanOrEqual(acknowledged.get(lane) ?? 0)
            expect(sequences).toEqual(Array.from({ length: counter }, (_, index) => index + 1))
            expect(intact).toBe(true)
          }
        }
      },
    )
  })
}

/** 1 to 97 acknowledgements, in an order that looks random and is the same every time. */
function killAfter(round: number): number {
  return 1 + ((round * 61) % 97)
}

/** Runs a writer until it has told `commits` of them, kills it, and answers what it had told by its death. */
async function crash(options: CrashOptions, place: string, commits: number): Promise<Map<string, number>> {
  const parameters = [writer, options.module.href, options.open, JSON.stringify(options.options(place))]
  const child = spawn(process.execPath, parameters, { stdio: ["ignore", "pipe", "inherit"] })
  const ended = once(child, "exit")
  const acknowledged = new Map<string, number>()
  let told = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const [lane = "", number] = line.split(" ")
    acknowledged.set(lane, Number(number))
    if (++told === commits) child.kill("SIGKILL")
  }
  // Killed, not failed.
  expect(await ended).toEqual([null, "SIGKILL"])
  return acknowledged
}

/** What is there. Each commit of a lane wrote its number into the lane's counter and into a record of its own. */
async function reopened(subject: StoreUnderTest, place: string) {
  const store = await subject.open(place)
  const found = lanes.map(async (lane) => {
    const versions = await store.vaultObjectVersions.list({ where: { vaultId: lane }, orderBy: "sequence" })
    return {
      lane,
      counter: await count(store, lane),
      sequences: versions.map(({ sequence }) => sequence),
      intact: versions.every(({ sealedValue }) => sealedValue?.length === 2000),
    }
  })
  const all = await Promise.all(found)
  await store.close()
  return all
}
