import { randomHex } from "../crypto/random.ts"
import { copyFile, constants, link, open, readFile, rename, rm } from "node:fs/promises"

/** Returns a file's text, undefined when there is no such file. */
export async function findText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw error
  }
}

/**
 * Creates a file that only its owner may read, whole or not at all. When another process was first, its file stays.
 *
 * @returns whether this call created it
 */
export async function createPrivateFile(path: string, text: string): Promise<boolean> {
  const temporary = await writeTemporary(path, text, 0o600)
  try {
    await linkOrCopy(temporary, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false
    throw error
  } finally {
    await rm(temporary, { force: true })
  }
}

/** Writes a file in one step: whoever reads it finds the old text or the new one. */
export async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  await rename(await writeTemporary(path, text, mode), path)
}

async function writeTemporary(path: string, text: string, mode: number): Promise<string> {
  const temporary = `${path}.${randomHex(6)}.tmp`
  const file = await open(temporary, "wx", mode)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  return temporary
}

/** A hard link appears whole and never replaces; file systems without links get an exclusive copy. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw error
    await copyFile(from, to, constants.COPYFILE_EXCL)
  }
}
