/**
 * `npm run build`: dist/ as the published package needs it, since Node strips no types under node_modules. One
 * program an entry with shared chunks beside them, packages left outside, and declarations of what can be imported.
 *
 * Code is moved into chunks, so a source file that reads a file beside it by `import.meta.url` would look in the
 * wrong place: such files are found from the package's root.
 */
import { spawnSync } from "node:child_process"
import { existsSync, rmSync } from "node:fs"
import { join } from "node:path"
import { build } from "esbuild"

const root = join(import.meta.dirname, "..")
const dist = join(root, "dist")
const entries = ["src/server.ts", "src/cli/main.ts", "src/sdk/index.ts"]

const missing = entries.filter((entry) => !existsSync(join(root, entry)))
if (missing.length > 0) throw new Error(`Cannot build: ${missing.join(", ")} not there`)

rmSync(dist, { recursive: true, force: true })
await build({
  absWorkingDir: root,
  entryPoints: entries,
  outbase: "src",
  outdir: "dist",
  bundle: true,
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  packages: "external",
  format: "esm",
  platform: "node",
  target: "node24",
  legalComments: "none",
  logLevel: "warning",
})

const types = spawnSync(join(root, "node_modules", ".bin", "tsc"), ["-p", "tools/types.tsconfig.json"], {
  cwd: root,
  stdio: "inherit",
})
process.exitCode = types.status ?? 1
