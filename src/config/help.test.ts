import { describe, expect, test } from "vitest"
import { formatOptions, formatOptionsTable } from "./help.ts"
import { optionNames, options, toFlag } from "./schema.ts"

describe("help", () => {
  test("names every option with its flag, sentence and environment name", () => {
    const text = formatOptions()

    for (const name of optionNames) {
      const { sentence, environment } = options[name]
      expect(text).toMatch(new RegExp(`^  ${toFlag(name)}\\b`, "m"))
      expect(text).toContain(sentence)
      expect(text).toContain(environment)
    }
  })

  test("says what an option takes and its default", () => {
    const text = formatOptions()

    expect(text).toContain(
      "  --port INTEGER\n      Port of the HTTPS listener; 0 picks a free one (default 8443; KEYBEARER_PORT)\n",
    )
    expect(text).toContain("  --ephemeral\n")
    expect(text).toContain("  --log-format json|text\n")
    expect(text).toContain("  --max-body-bytes BYTES\n")
  })

  test("as a reference page has one row an option", () => {
    const rows = formatOptionsTable().trimEnd().split("\n")

    expect(rows).toHaveLength(optionNames.length + 2)
    expect(rows).toContain(
      "| `--max-body-bytes` | `maxBodyBytes` | `KEYBEARER_MAX_BODY_BYTES` | bytes, 16384 to 16777216 | 1048576 | Largest request body that is read |",
    )
  })
})
