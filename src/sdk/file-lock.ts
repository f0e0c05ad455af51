import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises"
import { dirname } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { systemClock } from "./clock.ts"
import { SdkError } from "./errors.ts"

/** A holder does no more than read, merge and write one file. */
const staleAfterSeconds = 10
const givesUpAfterMs = 15_000
const triesEveryMs = 15

/**
 * Does the work while no other process does work under the same path. The lock is the file `{path}.lock` holding
 * the process id; one left behind by a process that ended, or older than 10 seconds, is taken over.
 *
 * @throws SdkError `timeout` when others held it for 15 seconds
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const deadlineMs = performance.now() + givesUpAfterMs
  while (!(await tryCreate(lock))) {
    if (performance.now() > deadlineMs) {
      throw new SdkError("timeout", `Cannot lock ${path}: other processes hold ${lock}`)
    }
    if (!(await removeStale(lock))) await wait(triesEveryMs)
  }
  try {
    return await work()
  } finally {
    await rm(lock, { force: true })
  }
}

async function tryCreate(lock: string): Promise<boolean> {
  try {
    const file = await open(lock, "wx", 0o600)
    await file.writeFile(String(process.pid))
    await file.close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false
    throw error
  }
}

async function removeStale(lock: string): Promise<boolean> {
  const seen = await readLock(lock)
  if (!seen || !isStale(seen)) return false
  // Moving it aside first shows whether it is still the one that was looked at: another process may have taken it
  // over in between, and its fresh lock must go back.
  const aside = `${lock}.${crypto.randomUUID()}`
  try {
    await rename(lock, aside)
    const moved = await stat(aside)
    if (moved.ino !== seen.inode) await rename(aside, lock)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return true
    throw error
  } finally {
    await rm(aside, { force: true })
  }
}

interface SeenLock {
  inode: number
  holder: number
  ageSeconds: number
}

async function readLock(lock: string): Promise<SeenLock | undefined> {
  try {
    const [text, { ino, mtimeMs }] = await Promise.all([readFile(lock, "utf8"), stat(lock)])
    return { inode: ino, holder: Number(text), ageSeconds: systemClock.now() - mtimeMs / 1000 }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw error
  }
}

function isStale({ holder, ageSeconds }: SeenLock): boolean {
  return ageSeconds > staleAfterSeconds || (holder > 0 && !isRunning(holder))
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}
