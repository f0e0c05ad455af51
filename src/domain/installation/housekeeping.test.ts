import { expect, test } from "vitest"
import { openTestVault } from "../../../test/vault.ts"
import { deleteSecret, listDeletedSecrets, setSecret } from "../secrets/index.ts"
import { keepHouse } from "./index.ts"

const day = 86_400

test("housekeeping purges every deleted secret whose retention has ended, and no other", async () => {
  const { context, system, vault } = await openTestVault({ softDeleteRetentionDays: 7 })
  const names = Array.from({ length: 120 }, (_, index) => `secret-${index}`)
  for (const name of [...names, "younger"]) await setSecret(context, system, { vault, name, value: "v" })
  for (const name of names) await deleteSecret(context, system, { vault, name })
  context.clock.advance(day)
  await deleteSecret(context, system, { vault, name: "younger" })
  context.clock.advance(6 * day)

  expect(await keepHouse(context)).toBe(120)
  expect(await keepHouse(context)).toBe(0)
  expect(await listDeletedSecrets(context, system, { vault })).toMatchObject({ items: [{ name: "younger" }] })
})
