import { expect, test } from "vitest"
import { findNearest } from "./nearest.ts"

const candidates = ["--port", "--http-port", "--public-host", "--log-level"]

test.each([
  ["--prot", "--port"],
  ["--PORT", "--port"],
  ["--ports", "--port"],
  ["--loglevel", "--log-level"],
  ["--publichost", "--public-host"],
])("%s is a misspelling of %s", (word, meant) => {
  expect(findNearest(word, candidates)).toBe(meant)
})

test.each(["--certificate", "", "x"])("%j is near to nothing", (word) => {
  expect(findNearest(word, candidates)).toBeUndefined()
})
