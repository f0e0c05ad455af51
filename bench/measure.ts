/** CPU time, memory and medians. CPU seconds are what is compared: neighbours on a shared machine move them least. */
import { readFileSync } from "node:fs"

const ticksPerSecond = 100

/** User and system time of a process, all its threads together, in seconds. */
export function cpuSecondsOf(pid: number): number {
  const [userTicks = 0, systemTicks = 0] = statFields(pid).slice(11, 13)
  return (userTicks + systemTicks) / ticksPerSecond
}

/** The same of all children of this process that have ended. */
export function cpuSecondsOfChildren(): number {
  const [userTicks = 0, systemTicks = 0] = statFields("self").slice(13, 15)
  return (userTicks + systemTicks) / ticksPerSecond
}

/** Fields of /proc/PID/stat after the name, which may hold blanks: the first is the state. */
function statFields(pid: number | "self"): number[] {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8")
  return text
    .slice(text.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number)
}

export function residentMegabytesOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))
  return Number(kilobytes?.[1]) / 1024
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** Runs every case once a round, for that many rounds, so that a busy minute meets all of them alike. */
export async function interleave<Name extends string>(
  rounds: number,
  cases: Record<Name, () => Promise<number>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(cases) as Name[]
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) results[name].push(await cases[name]())
  }
  return results
}
