import { describe, expect, test } from "vitest"
import { ArmError } from "./errors.ts"
import { parseFilter } from "./filter.ts"

const known = ["name", "atScope", "principalId"]
const atScope = { call: "atScope", argument: undefined }

describe("a filter", () => {
  test.each([
    ["name eq 'a'", [{ name: "name", value: "a" }]],
    ["NAME eq 'it''s' and  atscope()", [{ name: "name", value: "it's" }, atScope]],
    [
      "name eq 'a and b' AND\tname eq ''",
      [
        { name: "name", value: "a and b" },
        { name: "name", value: "" },
      ],
    ],
    ["name eq ''' and ''' and atScope()", [{ name: "name", value: "' and '" }, atScope]],
    ["  ", []],
  ])("%j has its clauses", (filter, clauses) => {
    expect(parseFilter(filter, known)).toEqual(clauses)
  })

  test.each([
    "other eq 'a'",
    "name eq 'a' or name eq 'b'",
    "name eq 'a and atScope()",
    "name eq 'a'and atScope()",
    "atScope() and ",
  ])("%j is refused", (filter) => {
    expect(() => parseFilter(filter, known)).toThrow(ArmError)
  })

  test("of many blanks is refused in no time", () => {
    const startedAt = performance.now()

    expect(() => parseFilter(`${`${" ".repeat(300)}and`.repeat(6)}${" ".repeat(200)}'`, known)).toThrow(
      ArmError,
    )
    expect(performance.now() - startedAt).toBeLessThan(500)
  })
})
