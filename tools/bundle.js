/**
 * `prepare`, so after every `npm ci`: the whole program as one bundle, packages included, in .bundle/. Reading it in
 * place of some 400 files more than halves the time to a ready server. bin/keybearer takes it only while it is newer
 * than every source file, so an edit is never hidden. It is never published: the package has dist/, with its packages
 * outside.
 *
 * Plain JavaScript, because it runs on the Node that installs. Without esbuild, as after `npm ci --omit=dev`, the
 * program runs from its source.
 */
import { rmSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..")
const esbuild = await import("esbuild").catch((error) => {
  if (error.code !== "ERR_MODULE_NOT_FOUND") throw error
})

if (esbuild !== undefined) {
  rmSync(join(root, ".bundle"), { recursive: true, force: true })
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: ["src/cli/main.ts"],
    outbase: "src",
    // As deep as src/ and dist/: what is found from the package's root is found from here.
    outdir: ".bundle",
    bundle: true,
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    format: "esm",
    platform: "node",
    target: "node24",
    // Packages in CommonJS ask for Node's modules by `require`.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url)',
    },
    outExtension: { ".js": ".mjs" },
    logLevel: "warning",
  })
}
