import { describe, expect, test } from "vitest"
import { Base64Error, decodeBase64Lenient, decodeBase64urlStrict, encodeBase64url } from "./base64url.ts"

const bytes = Uint8Array.of(0xfb, 0xff, 0xfe, 0x01)

describe("base64url", () => {
  test("encodes without padding in the URL alphabet", () => {
    expect(encodeBase64url(bytes)).toBe("-__-AQ")
  })

  test("round-trips every length", () => {
    for (let length = 0; length < 70; length += 1) {
      const sample = Uint8Array.from({ length }, (_, index) => (index * 37 + length) & 255)
      expect(new Uint8Array(decodeBase64urlStrict(encodeBase64url(sample)))).toEqual(sample)
    }
  })

  test.each([
    ["padding", "-__-AQ=="],
    ["the standard alphabet", "+//+AQ"],
    ["unused bits that are not zero", "-__-AR"],
    ["a space", "-__- AQ"],
    ["a line break", "-__-AQ\n"],
    ["an impossible length", "-__-A"],
    ["a character outside the alphabet", "-__-A*"],
    ["a letter outside ASCII", "-__-Aé"],
  ])("refuses %s when strict", (_, text) => {
    expect(() => decodeBase64urlStrict(text)).toThrow(Base64Error)
  })
})

describe("lenient base64", () => {
  test.each(["-__-AQ", "-__-AQ==", "+//+AQ", "+//+AQ==", "+//+\r\nAQ==\n"])("accepts %j", (text) => {
    expect(new Uint8Array(decodeBase64Lenient(text))).toEqual(bytes)
  })

  test.each(["*", "A", "AAAAA", "AA=A", "====", "AA===", "ÄÄÄÄ"])("refuses %j", (text) => {
    expect(() => decodeBase64Lenient(text)).toThrow(Base64Error)
  })

  // Strangers send thumbprints of any text; a mebibyte of it must not hold the event loop.
  test("refuses a long run of padding in no time", () => {
    const startedAt = performance.now()

    expect(() => decodeBase64Lenient(`${"=".repeat(50_000)}A`)).toThrow(Base64Error)
    expect(performance.now() - startedAt).toBeLessThan(500)
  })
})
