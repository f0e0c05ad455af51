import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"

const root = join(import.meta.dirname, "..")
const programs = /from "[^"]*\/openssl\.ts"|\(\s*"(?:openssl|curl)"/

// `npm ci && npm test` passes on a machine that has nothing but Node and npm.
test("unit tests start no program that a bare machine lacks; those that do are in test/clients", () => {
  const files = globSync(["src/**/*.test.ts", "test/cli/**/*.ts"], { cwd: root })

  const offenders = files.filter((file) => programs.test(readFileSync(join(root, file), "utf8")))

  expect(files.length).toBeGreaterThan(50)
  expect(offenders).toEqual([])
})

test("the pattern finds what it looks for", () => {
  expect(programs.test('import { issueCertificate } from "../openssl.ts"')).toBe(true)
  expect(programs.test('execFileSync("openssl", ["version"])')).toBe(true)
})
