import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs"
import { ConfigError } from "./config-error.ts"

/** More than any secret has; a larger file is not the one that was meant. */
const secretBytesMax = 65_536

const othersMayRead = 0o077

export interface SecretFileOptions {
  /** What the file holds, for messages: `root key`. */
  what: string
  /** Set where the system guards the file in another way than by its mode. */
  anyMode?: boolean
}

/**
 * Reads a file that holds a secret.
 *
 * @throws ConfigError when it cannot be read, is too large, or others on this machine may read it
 */
export function readSecretFile(path: string, { what, anyMode = false }: SecretFileOptions): Uint8Array {
  const file = open(path, what)
  try {
    const { mode, size } = fstatSync(file)
    if ((mode & constants.S_IFMT) !== constants.S_IFREG)
      throw new ConfigError([`The ${what} "${path}" is not a file`])
    // Windows has no such modes.
    if (!anyMode && process.platform !== "win32" && (mode & othersMayRead) !== 0) {
      throw new ConfigError([
        `Others on this machine may use the ${what} file "${path}" (mode ${(mode & 0o777).toString(8)}). Run: chmod 600 "${path}"`,
      ])
    }
    if (size > secretBytesMax) throw new ConfigError([`The ${what} file "${path}" is too large to be one`])
    return readFileSync(file)
  } finally {
    closeSync(file)
  }
}

function open(path: string, what: string): number {
  try {
    // A pipe would keep the server waiting for its other end.
    return openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    throw new ConfigError([`Cannot read the ${what} file: ${(error as Error).message}`], { cause: error })
  }
}
