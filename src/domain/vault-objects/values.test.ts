import { describe, expect, test } from "vitest"
import { openTestVault } from "../../../test/vault.ts"
import { SealError } from "../../crypto/seal.ts"
import { openValue, sealValue, type ValuePlace, vaultKeyOf } from "./values.ts"

const place: ValuePlace = { kind: "secret", nameKey: "S", version: "1".repeat(32) }

// Whoever can write to the database must not make one value pass for another by moving it.
describe("a sealed value", () => {
  async function sealOne() {
    const { context, vault } = await openTestVault()
    const vaultKey = await vaultKeyOf(context, vault)
    return { vault, vaultKey, sealedValue: sealValue(vaultKey, vault, place, Buffer.from("value")) }
  }

  test("opens at its own place", async () => {
    const { vault, vaultKey, sealedValue } = await sealOne()

    const opened = openValue(vaultKey, vault, { ...place, sealedValue })

    expect(Buffer.from(opened).toString()).toBe("value")
  })

  test.for<[string, Partial<ValuePlace>]>([
    ["another version of its object", { version: "2".repeat(32) }],
    ["another name", { nameKey: "T" }],
    ["another kind of object", { kind: "key" }],
  ])("does not open as that of %s", async ([_where, other]) => {
    const { vault, vaultKey, sealedValue } = await sealOne()

    expect(() => openValue(vaultKey, vault, { ...place, ...other, sealedValue })).toThrow(SealError)
  })

  test.for(["id", "tenantId"] as const)("does not open in a vault of another %s", async (member) => {
    const { vault, vaultKey, sealedValue } = await sealOne()
    const elsewhere = { ...vault, [member]: "99999999-0000-4000-8000-000000000000" }

    expect(() => openValue(vaultKey, elsewhere, { ...place, sealedValue })).toThrow(SealError)
  })
})
