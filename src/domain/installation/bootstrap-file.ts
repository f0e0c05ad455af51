import {
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { basename, dirname, join } from "node:path"
import type { Bootstrap } from "./bootstrap.ts"

/** A place for the bootstrap file that is known to be writable. */
export interface ReservedBootstrapFile {
  /** Puts the file in its place, whole and with mode 0600, or throws and leaves none. */
  write(bootstrap: Bootstrap): void
  /** Gives the place up; harmless afterwards. */
  discard(): void
}

/**
 * Makes sure that a bootstrap file can be written, before anything is made whose secrets would be in it.
 * @throws Error with a sentence and its cure when it cannot
 */
export function reserveBootstrapFile(path: string): ReservedBootstrapFile {
  const pending = join(dirname(path), `.${basename(path)}.pending`)
  let file: number
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new Error("it is a directory")
    // What a start that was killed left behind could be a link to somewhere else.
    rmSync(pending, { force: true })
    file = openSync(pending, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600)
  } catch (error) {
    throw cannotWrite(path, error)
  }
  let open = true
  const close = () => {
    if (open) closeSync(file)
    open = false
  }
  const discard = () => {
    close()
    rmSync(pending, { force: true })
  }
  return {
    write: (bootstrap) => {
      try {
        writeFileSync(file, `${JSON.stringify(bootstrap, null, 2)}\n`)
        fsyncSync(file)
        close()
        renameSync(pending, path)
      } catch (error) {
        discard()
        throw cannotWrite(path, error)
      }
    },
    discard,
  }
}

function cannotWrite(path: string, cause: unknown): Error {
  const reason = (cause as Error).message
  return new Error(
    `Cannot write the bootstrap file "${path}": ${reason}. Make its directory writable, or choose another path with --bootstrap-file, and start again`,
    { cause },
  )
}
