import { describe, expect, test } from "vitest"
import { isOptionName, optionNames, options, toFlag } from "./schema.ts"

describe("the table of options", () => {
  test.each(optionNames)("names %s in the environment as its flag does", (name) => {
    const expected = `KEYBEARER_${toFlag(name).slice(2).replaceAll("-", "_").toUpperCase()}`

    expect(options[name].environment).toBe(expected)
  })

  test.each(optionNames)("says of %s one sentence without a full stop, on one line", (name) => {
    expect(options[name].sentence).toMatch(/^[A-Z][^.\n]{10,100}(\.[^.\s][^.\n]*)*$/)
  })

  test.each(optionNames)("gives %s a default that its own limits allow", (name) => {
    const { default: value, min, max, choices } = options[name]
    const fits = typeof value !== "number" || (value >= (min ?? 0) && value <= (max ?? Infinity))

    expect(fits && (choices?.includes(value) ?? true)).toBe(true)
  })

  test("says in words every default that is no constant", () => {
    const unsaid = optionNames.filter((name) => {
      return typeof options[name].default === "function" && options[name].defaultInWords === undefined
    })

    expect(unsaid).toEqual([])
  })

  test("does not take inherited members for options", () => {
    expect(isOptionName("toString")).toBe(false)
    expect(isOptionName("__proto__")).toBe(false)
  })
})
