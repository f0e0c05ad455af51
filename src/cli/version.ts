import { readFileSync } from "node:fs"
import { join } from "node:path"

/** Of this package. Its root is two folders up from the source and from the built code alike. */
export function packageVersion(): string {
  const text = readFileSync(join(import.meta.dirname, "..", "..", "package.json"), "utf8")
  return (JSON.parse(text) as { version: string }).version
}
