import { describe, test } from "vitest"
import { programName } from "./terminal.ts"

describe("the program's name in texts", () => {
  test.for([
    ["a checkout", "/home/me/keybearer/bin/keybearer", "/usr/bin", "/home/me/keybearer", "bin/keybearer"],
    ["the PATH", "/usr/local/bin/keybearer", "/usr/bin:/usr/local/bin", "/home/me", "keybearer"],
    ["the PATH, by its short name", "/usr/local/bin/kb", "/usr/local/bin", "/home/me", "kb"],
    [
      "somewhere else",
      "/opt/keybearer/bin/keybearer",
      "/usr/bin",
      "/home/me",
      "/opt/keybearer/bin/keybearer",
    ],
    ["its source", "/home/me/keybearer/src/cli/main.ts", "/usr/bin", "/home/me/keybearer", "bin/keybearer"],
    ["this folder", "/home/me/keybearer", "/usr/bin", "/home/me", "./keybearer"],
    [
      "a relative entry of the PATH, which may mean another file",
      "/home/me/bin/keybearer",
      "bin",
      "/home/me",
      "bin/keybearer",
    ],
  ] as const)(
    "can be pasted when it was called from %s",
    ([, script, path, folder, expected], { expect }) => {
      expect(programName(script, path, folder)).toBe(expected)
    },
  )
})
