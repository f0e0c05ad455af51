import { expect, test } from "vitest"
import { aadsts } from "./aadsts.ts"

const rows = Object.entries(aadsts)

// contracts/entra.md 2.13: MSAL looks for these anywhere in a description, and then asks a person to sign in.
const interactionWords =
  /interaction_required|consent_required|login_required|bad_token|ui_not_allowed|interrupted_user/i

test.for(rows)("AADSTS%s is a sentence that asks nobody to sign in", ([, { text }]) => {
  expect(text).toMatch(/^[A-Z][\x20-\x7e]+\.$/)
  expect(text).not.toMatch(interactionWords)
})

// az and MSAL for Python keep a 400 for a minute by all its parameters but the secret, and so would answer a
// corrected secret from memory.
test.for(rows)("AADSTS%s has the status that fits its error", ([, { error, status }]) => {
  const fitting: Record<string, number> = { invalid_client: 401, server_error: 500 }
  expect(status).toBe(fitting[error] ?? 400)
})
