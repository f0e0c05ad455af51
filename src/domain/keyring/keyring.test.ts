import { describe, expect, test } from "vitest"
import { openTestContext } from "../../../test/context.ts"
import { importSealingKey, seal, unseal } from "../../crypto/seal.ts"
import { openKeyring, RootKeyMismatchError } from "./index.ts"

const rootKey = importSealingKey("test-root", new Uint8Array(32).fill(7))
const otherRootKey = importSealingKey("other-root", new Uint8Array(32).fill(8))

describe("openKeyring()", () => {
  test("finds the same keys again at the next start", async () => {
    const context = await openTestContext()

    const reopened = await openKeyring({ ...context, rootKey })

    expect(reopened.pepper.equals(context.keyring.pepper)).toBe(true)
    expect(reopened.auditKey.equals(context.keyring.auditKey)).toBe(true)
    expect(reopened.signingSealingKey.id).toBe(context.keyring.signingSealingKey.id)
  })

  test("gives every purpose a key of its own", async () => {
    const { keyring } = await openTestContext()

    expect(keyring.pepper.equals(keyring.auditKey)).toBe(false)
  })

  test("refuses a store that was sealed with another root key", async () => {
    const context = await openTestContext()

    await expect(openKeyring({ ...context, rootKey: otherRootKey })).rejects.toThrow(RootKeyMismatchError)
  })

  // Protects against swapping wrapped keys between records of the database.
  test("refuses a wrapped key that was moved to another purpose", async () => {
    const context = await openTestContext()
    const [pepper] = await context.store.dataKeys.list({ where: { purpose: "pepper" } })
    const [audit] = await context.store.dataKeys.list({ where: { purpose: "audit" } })
    if (!pepper || !audit) throw new Error("keys are missing")

    await context.store.transaction((tx) => tx.dataKeys.update({ ...audit, wrappedKey: pepper.wrappedKey }))

    await expect(openKeyring({ ...context, rootKey })).rejects.toThrow(RootKeyMismatchError)
  })

  test("hands out the key of a vault once it is stored, and keeps its bytes wrapped", async () => {
    const context = await openTestContext()
    const record = context.keyring.newDataKey("vault")
    await context.store.transaction((tx) => tx.dataKeys.insert(record))

    const envelope = seal(await context.keyring.sealingKey(record.id), Buffer.from("value"), ["here"])

    const reopened = await openKeyring({ ...context, rootKey })
    const opened = unseal(await reopened.sealingKey(record.id), envelope, ["here"])
    expect(Buffer.from(opened).toString()).toBe("value")
  })
})
