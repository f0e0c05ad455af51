import { describe, expect, test } from "vitest"
import { generateSecretText, randomBase64url, randomBytes, randomHex } from "./random.ts"

describe("random values", () => {
  test("have the length asked for", () => {
    expect(randomBytes(17)).toHaveLength(17)
    expect(randomBase64url(32)).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(randomHex(16)).toMatch(/^[0-9a-f]{32}$/)
  })

  test("differ each time", () => {
    const drawn = Array.from({ length: 500 }, () => [randomBase64url(16), randomHex(16)]).flat()

    expect(new Set(drawn).size).toBe(drawn.length)
  })
})

describe("a client secret", () => {
  test("is 40 letters and digits, so it survives shells, URLs and option parsers", () => {
    for (let round = 0; round < 500; round += 1) expect(generateSecretText()).toMatch(/^[A-Za-z0-9]{40}$/)
  })

  test("uses each of the 62 characters about equally often", () => {
    const counts = new Map<string, number>()
    for (const character of Array.from({ length: 2000 }, generateSecretText).join("")) {
      counts.set(character, (counts.get(character) ?? 0) + 1)
    }

    expect(counts.size).toBe(62)
    // 80,000 draws: 1,290 expected each, standard deviation 36; a modulo bias would add 25 % to the first eight.
    for (const count of counts.values()) expect(Math.abs(count - 1290)).toBeLessThan(36 * 6)
  })
})
