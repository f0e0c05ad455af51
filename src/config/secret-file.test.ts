import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { readSecretFile } from "./secret-file.ts"

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "keybearer-secret-file-"))
})
afterAll(() => rmSync(directory, { recursive: true }))

const what = "signing key"

test("a secret file is read as it is", () => {
  const path = join(directory, "secret")
  writeFileSync(path, "abc\n", { mode: 0o400 })

  expect(Buffer.from(readSecretFile(path, { what })).toString()).toBe("abc\n")
})

test("a secret file that others may read is refused with its mode and the cure", () => {
  const path = join(directory, "open")
  writeFileSync(path, "abc", { mode: 0o644 })

  expect(() => readSecretFile(path, { what })).toThrow(
    `Others on this machine may use the signing key file "${path}" (mode 644). Run: chmod 600 "${path}"`,
  )
  expect(readSecretFile(path, { what, anyMode: true })).toHaveLength(3)
})

test("a secret file that is absent, a directory, a pipe or huge is refused", () => {
  const pipe = join(directory, "pipe")
  execFileSync("bash", ["-c", 'mkfifo -m 600 "$0"', pipe])
  const huge = join(directory, "huge")
  writeFileSync(huge, new Uint8Array(65_537), { mode: 0o600 })

  expect(() => readSecretFile(join(directory, "absent"), { what })).toThrow(
    /Cannot read the signing key file: ENOENT/,
  )
  expect(() => readSecretFile(directory, { what })).toThrow(`The signing key "${directory}" is not a file`)
  expect(() => readSecretFile(pipe, { what })).toThrow(`The signing key "${pipe}" is not a file`)
  expect(() => readSecretFile(huge, { what })).toThrow(`The signing key file "${huge}" is too large`)
})
