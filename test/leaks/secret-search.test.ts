import { describe, expect, test } from "vitest"
import { findSecrets } from "./secret-search.ts"

const value = 'p@ss wörd/+"quoted" 1234567'
const secret = { name: "the password", value }

function found(content: string | Buffer): string[] {
  return findSecrets([{ name: "a file", content: Buffer.from(content) }], [secret])
}

describe("the search for secrets", () => {
  test.each([
    ["it is", value],
    ["hexadecimal", Buffer.from(value).toString("hex")],
    ["hexadecimal", Buffer.from(value).toString("hex").toUpperCase()],
    ["JSON text", JSON.stringify({ password: value })],
    ["percent-encoded", `password=${encodeURIComponent(value)}`],
    ["UTF-16", Buffer.from(value, "utf16le")],
  ])("finds one as %s", (form, content) => {
    expect(
      found(Buffer.concat([Buffer.from("before"), Buffer.from(content), Buffer.from("after")])),
    ).toContain(`the password is in a file as ${form}`)
  })

  test.each(["", "a", "ab", "abc"])("finds one in base64 after %j, whatever follows", (before) => {
    for (const after of ["", "z", "zy"]) {
      const text = Buffer.from(before + value + after)
      for (const encoding of ["base64", "base64url"] as const) {
        const [first] = found(text.toString(encoding))
        expect(first).toMatch(/^the password is in a file as base64/)
      }
    }
  })

  test("finds nothing where there is nothing", () => {
    expect(found(`${value.slice(1)} ${value.slice(0, -1)}`)).toEqual([])
  })

  test("refuses to search for what is too short to mean anything", () => {
    expect(() => findSecrets([], [{ name: "a pin", value: "1234" }])).toThrow(
      new TypeError("a pin is too short to be searched for"),
    )
  })
})
