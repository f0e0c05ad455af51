import { describe, test } from "vitest"
import { addToken, openAppTokenContext } from "../../../test/app-tokens.ts"
import { openTestContext } from "../../../test/context.ts"
import {
  defaultAppTokenSettings,
  documentedDefaultSigningKey,
  ensureAppTokenSigningKey,
  verifyAppToken,
} from "./index.ts"
import { getActiveSigningKey, listVerificationKeys } from "./signing-key.ts"

const operatorKey = "the operator's own key, of 32 bytes or more"

describe("ensureAppTokenSigningKey", () => {
  test("makes one random key at the first start and none later", async ({ expect }) => {
    const context = await openAppTokenContext()
    const first = await getActiveSigningKey(context)

    await ensureAppTokenSigningKey(context)

    expect(await listVerificationKeys(context)).toEqual([first])
    expect(first.key.symmetricKeySize).toBe(64)
  })

  test("seals the key: its bytes are nowhere in the record", async ({ expect }) => {
    const context = await openAppTokenContext({ signingKey: operatorKey })

    const [record] = await context.store.signingKeys.list({ where: { use: "app-token" } })

    expect(Buffer.from(record!.sealedKey).includes(operatorKey)).toBe(false)
    expect(record!.dataKeyId).toBe(context.keyring.signingSealingKey.id)
  })

  test("uses the UTF-8 bytes of the operator's text, unchanged", async ({ expect }) => {
    const context = await openAppTokenContext({ signingKey: operatorKey })

    const { key } = await getActiveSigningKey(context)

    expect(key.export().toString("utf8")).toBe(operatorKey)
  })

  test("signs with the operator's key from now on, and goes on verifying older tokens", async ({
    expect,
  }) => {
    const context = await openAppTokenContext()
    const older = await addToken(context, "Ann", "Reader")

    await ensureAppTokenSigningKey(context, { signingKey: operatorKey })

    expect((await getActiveSigningKey(context)).key.export().toString("utf8")).toBe(operatorKey)
    expect((await verifyAppToken(context, older)).identity.name).toBe("Ann")
  })

  test("goes back to an operator's key used before without storing it twice", async ({ expect }) => {
    const context = await openAppTokenContext({ signingKey: operatorKey })
    const first = await getActiveSigningKey(context)
    context.clock.advance(60)
    await ensureAppTokenSigningKey(context, { signingKey: `${operatorKey}, the next` })
    context.clock.advance(60)

    await ensureAppTokenSigningKey(context, { signingKey: operatorKey })

    expect((await getActiveSigningKey(context)).id).toBe(first.id)
    expect(await listVerificationKeys(context)).toHaveLength(2)
  })

  test.for([
    ["the documented default", documentedDefaultSigningKey],
    ["31 bytes", "x".repeat(31)],
  ])("refuses %s, says the cure and makes nothing", async ([, signingKey], { expect }) => {
    const context = { ...(await openTestContext()), appTokens: defaultAppTokenSettings }

    const ensured = ensureAppTokenSigningKey(context, { signingKey })

    await expect(ensured).rejects.toMatchObject({ kind: "invalidInput", target: "signingKey" })
    await expect(ensured).rejects.not.toThrow(signingKey)
    expect(await context.store.signingKeys.list({})).toEqual([])
  })

  test("accepts the documented default for verification, where told to, and signs with a random key", async ({
    expect,
  }) => {
    const settings = { acceptWeakSigningKey: true }
    const context = await openAppTokenContext({ settings, signingKey: documentedDefaultSigningKey })

    const keys = await listVerificationKeys(context)
    expect(keys.filter(({ weak }) => weak)).toHaveLength(1)
    expect(keys).toHaveLength(2)
    expect((await getActiveSigningKey(context)).weak).toBe(false)
  })

  test("stops verifying with a weak key as soon as it is no longer told to", async ({ expect }) => {
    const settings = { acceptWeakSigningKey: true }
    const context = await openAppTokenContext({ settings, signingKey: documentedDefaultSigningKey })

    const keys = await listVerificationKeys({ ...context, appTokens: defaultAppTokenSettings })

    expect(keys.map(({ weak }) => weak)).toEqual([false])
  })

  test("refuses a key below 16 bytes even for verification", async ({ expect }) => {
    const opened = openAppTokenContext({
      settings: { acceptWeakSigningKey: true },
      signingKey: "x".repeat(15),
    })

    await expect(opened).rejects.toMatchObject({ kind: "invalidInput", target: "signingKey" })
  })
})
