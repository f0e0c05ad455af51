import { readFileSync } from "node:fs"
import { test } from "vitest"
import { errorCodes } from "../../wire/app-token.ts"

test.for(Object.entries(errorCodes))(
  "docs/errors/app-tokens.md has the code %s with its status %i",
  ([code, status], { expect }) => {
    const page = readFileSync(new URL("../../../docs/errors/app-tokens.md", import.meta.url), "utf8")

    expect(page).toContain(`## \`${code}\` (${status})\n`)
  },
)
