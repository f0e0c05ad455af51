/**
 * Identifiers. GUIDs name directory objects and requests; 32 lower-case hexadecimal digits name the
 * versions of vault objects. Injected, so that tests can predict them.
 */
import { randomBytes, randomUUID } from "node:crypto"

export interface Ids {
  /** A random GUID, lower case with hyphens. */
  guid(): string
  /** 32 lower-case hexadecimal digits. */
  version(): string
}

export const randomIds: Ids = {
  guid: () => randomUUID(),
  version: () => randomBytes(16).toString("hex"),
}

/** Identifiers that count upwards: …0001, …0002. For tests that compare whole bodies. */
export function countingIds(): Ids {
  let count = 0
  const digits = () => (++count).toString(16).padStart(32, "0")
  return {
    guid: () => digits().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"),
    version: digits,
  }
}
