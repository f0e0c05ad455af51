import { execFileSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"

const root = join(import.meta.dirname, "..")
const folder = mkdtempSync(join(tmpdir(), "keybearer-lint-"))
for (const name of [".oxlintrc.json", "tsconfig.json", "package.json"])
  cpSync(join(root, name), join(folder, name))
symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))

afterAll(() => rmSync(folder, { recursive: true }))

/** The codes of the rules that a set of files breaks, by file. */
function lint(files: Record<string, string>): Record<string, string[]> {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const found: Record<string, string[]> = {}
  const { diagnostics } = JSON.parse(runLinter()) as { diagnostics: { code: string; filename: string }[] }
  for (const { code, filename } of diagnostics) (found[filename] ??= []).push(code)
  return found
}

function runLinter(): string {
  try {
    return execFileSync(join(root, "node_modules/.bin/oxlint"), ["--format=json", "src"], {
      cwd: folder,
      encoding: "utf8",
    })
  } catch (error) {
    // Findings make the exit code 1; they are printed all the same.
    return (error as { stdout: string }).stdout
  }
}

describe("oxlint", () => {
  test("finds what is planted, with types and across files, and nothing else", () => {
    const found = lint({
      "src/cycle-a.ts": 'import { b } from "./cycle-b.ts"\nexport const a = (): number => b() + 1\n',
      "src/cycle-b.ts": 'import { a } from "./cycle-a.ts"\nexport const b = (): number => a() + 1\n',
      "src/default.ts": "export default 1\n",
      "src/floating.ts": "export function f(): void {\n  Promise.resolve(1)\n}\n",
      "src/thrown.ts": 'export function f(): void {\n  throw "text"\n}\n',
      "src/cause.ts":
        'export function f(): void {\n  try {\n    f()\n  } catch {\n    throw new Error("x")\n  }\n}\n' +
        'export function g(): void {\n  try {\n    g()\n  } catch (error) {\n    if (error) throw new Error("x")\n  }\n}\n',
      "src/kinds.ts":
        'export function f(kind: "a" | "b"): number {\n  switch (kind) {\n    case "a":\n      return 1\n  }\n  return 0\n}\n',
      "src/time.ts": "export const now = (): number => Date.now()\n",
      "src/environment.ts": 'export const home = process.env["HOME"]\n',
      "src/printed.ts": 'console.log("x")\n',
      "src/cli/printed.ts": 'console.log(process.env["HOME"])\n',
      "src/only.test.ts":
        'import { test } from "vitest"\ntest.only("x", ({ expect }) => expect(1).toBe(1))\n',
      "src/skip.test.ts":
        'import { test } from "vitest"\ntest.skip("x", ({ expect }) => expect(1).toBe(1))\n',
      "src/CamelCase.ts": "export const a = 1\n",
    })

    expect(found).toEqual({
      "src/cycle-a.ts": ["import(no-cycle)"],
      "src/cycle-b.ts": ["import(no-cycle)"],
      "src/default.ts": ["import(no-default-export)"],
      "src/floating.ts": ["typescript(no-floating-promises)"],
      "src/thrown.ts": ["typescript(only-throw-error)"],
      "src/cause.ts": ["eslint(preserve-caught-error)"],
      "src/kinds.ts": ["typescript(switch-exhaustiveness-check)"],
      "src/time.ts": ["eslint(no-restricted-properties)"],
      "src/environment.ts": ["node(no-process-env)"],
      "src/printed.ts": ["eslint(no-console)"],
      "src/only.test.ts": ["vitest(no-focused-tests)"],
      "src/skip.test.ts": ["vitest(no-disabled-tests)"],
      "src/CamelCase.ts": ["unicorn(filename-case)"],
    })
  })
})
