/** Many kills of a writing process; the default suite makes a few of the same. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { describeCrash } from "../../src/storage/conformance/crash.ts"
import { openSqliteStore } from "../../src/storage/sqlite.ts"

const directory = mkdtempSync(join(tmpdir(), "keybearer-crash-"))
afterAll(() => rmSync(directory, { recursive: true }))

describeCrash(
  { newPlace: () => join(directory, "crash.db"), open: (path) => openSqliteStore({ path }) },
  {
    module: new URL("../../src/storage/sqlite.ts", import.meta.url),
    open: "openSqliteStore",
    options: (path) => ({ path }),
    crashes: 60,
  },
)
