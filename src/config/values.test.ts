import { describe, expect, test } from "vitest"
import type { OptionType } from "./schema.ts"
import { parseValue } from "./values.ts"

function parse(type: OptionType, given: unknown, limits: object = {}) {
  const option = { type, default: undefined, environment: "KEYBEARER_X", sentence: "", ...limits } as const
  return parseValue(given, { option, directory: "/here" })
}

describe("values that are taken", () => {
  test.each<[OptionType, unknown, unknown]>([
    ["boolean", "1", true],
    ["boolean", false, false],
    ["integer", "0", 0],
    ["integer", "00042", 42],
    ["integer", 7, 7],
    ["text", "West Europe", "West Europe"],
    ["path", "a/../b", "/here/b"],
    ["address", "[::1]", "::1"],
    ["host", "Example.COM", "example.com"],
    ["host", "10.0.0.1", "10.0.0.1"],
    ["host", "[2001:DB8::1]", "2001:db8::1"],
    ["domain", "vault.example.com", "vault.example.com"],
    ["guid", "AAAAAAAA-0000-1111-2222-BBBBBBBBBBBB", "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb"],
    ["store", "C:\\data", "/here/C:\\data"],
    ["variable", "MY_KEY", "MY_KEY"],
  ])("%s %j becomes %j", (type, given, value) => {
    expect(parse(type, given)).toEqual({ value })
  })
})

describe("values that are refused", () => {
  test.each<[OptionType, unknown]>([
    ["boolean", "yes"],
    ["boolean", 1],
    ["integer", ""],
    ["integer", "-1"],
    ["integer", "1.0"],
    ["integer", "1e3"],
    ["integer", "0x10"],
    ["integer", " 1"],
    ["integer", "9".repeat(30)],
    ["integer", 1.5],
    ["integer", true],
    ["text", ""],
    ["text", "a\nb"],
    ["path", ""],
    ["path", ["a"]],
    ["address", "example.com"],
    ["address", "127.0.0.1:80"],
    ["host", "https://example.com"],
    ["host", "example.com:443"],
    ["host", "example..com"],
    ["host", "-a.com"],
    ["host", `${"a".repeat(64)}.com`],
    ["domain", "10.0.0.1"],
    ["domain", ".vault.localhost"],
    ["domain", "*.vault.localhost"],
    ["guid", "aaaaaaaa00001111222bbbbbbbbbbbb"],
    ["store", "postgres://db/keybearer"],
    ["store", "sqlite:"],
    ["store", ":memory:"],
    ["store", "sqlite::memory:"],
    ["variable", "A-B"],
  ])("%s %j", (type, given) => {
    expect(parse(type, given)).toEqual({ expected: expect.any(String) })
  })

  test("integers beyond their limits, which are told", () => {
    expect(parse("integer", "9", { min: 10, max: 20 })).toEqual({ expected: "a whole number from 10 to 20" })
    expect(parse("integer", "20", { min: 10, max: 20 })).toEqual({ value: 20 })
  })
})
