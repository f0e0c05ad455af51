import { describe, expect, test } from "vitest"
import { testNow } from "../../../test/context.ts"
import { openTestVault, tamperWithValue, type TestVault } from "../../../test/vault.ts"
import type { Caller } from "../access/index.ts"
import { verifyChain } from "../audit/index.ts"
import {
  backupSecret,
  deleteSecret,
  getDeletedSecret,
  getSecret,
  listDeletedSecrets,
  listSecrets,
  listSecretVersions,
  purgeDeletedSecret,
  recoverDeletedSecret,
  restoreSecret,
  setSecret,
  updateSecret,
} from "./index.ts"

const officer = "Key Vault Secrets Officer"
const user = "Key Vault Secrets User"
const reader = "Key Vault Reader"

type Operation = (test: TestVault, caller: Caller) => Promise<unknown>

const name = "db"
const onDeleted = ["getDeletedSecret", "recoverDeletedSecret", "purgeDeletedSecret"]

/** Every operation on the secret "db", with what it asks of a role. */
const operations: [title: string, verb: string, run: Operation][] = [
  [
    "setSecret",
    "setSecret/action",
    ({ context, vault }, caller) => setSecret(context, caller, { vault, name, value: "2" }),
  ],
  [
    "getSecret",
    "getSecret/action",
    ({ context, vault }, caller) => getSecret(context, caller, { vault, name }),
  ],
  [
    "updateSecret",
    "update/action",
    ({ context, vault }, caller) => updateSecret(context, caller, { vault, name, enabled: false }),
  ],
  ["deleteSecret", "delete", ({ context, vault }, caller) => deleteSecret(context, caller, { vault, name })],
  [
    "listSecretVersions",
    "readMetadata/action",
    ({ context, vault }, caller) => listSecretVersions(context, caller, { vault, name }),
  ],
  [
    "backupSecret",
    "backup/action",
    ({ context, vault }, caller) => backupSecret(context, caller, { vault, name }),
  ],
  [
    "getDeletedSecret",
    "readMetadata/action",
    ({ context, vault }, caller) => getDeletedSecret(context, caller, { vault, name }),
  ],
  [
    "recoverDeletedSecret",
    "recover/action",
    ({ context, vault }, caller) => recoverDeletedSecret(context, caller, { vault, name }),
  ],
  [
    "purgeDeletedSecret",
    "purge/action",
    ({ context, vault }, caller) => purgeDeletedSecret(context, caller, { vault, name }),
  ],
]

/** Operations on all secrets: a role on one of them is not enough. */
const collectionOperations: [title: string, verb: string, run: Operation][] = [
  [
    "listSecrets",
    "readMetadata/action",
    ({ context, vault }, caller) => listSecrets(context, caller, { vault }),
  ],
  [
    "listDeletedSecrets",
    "readMetadata/action",
    ({ context, vault }, caller) => listDeletedSecrets(context, caller, { vault }),
  ],
  [
    "restoreSecret",
    "restore/action",
    ({ context, vault }, caller) => restoreSecret(context, caller, { vault, blob: new Uint8Array(40) }),
  ],
]

/** A vault in which the secret is as the operation wants to find it. */
async function openFor(title: string): Promise<TestVault> {
  const opened = await openTestVault()
  const { context, system, vault } = opened
  await setSecret(context, system, { vault, name, value: "1" })
  if (onDeleted.includes(title)) await deleteSecret(context, system, { vault, name })
  return opened
}

describe("access", () => {
  test.each([...operations, ...collectionOperations])(
    "%s is refused without a role",
    async (title, verb, run) => {
      const opened = await openFor(title)
      const nobody = await opened.callerWith()

      await expect(run(opened, nobody)).rejects.toMatchObject({
        kind: "forbidden",
        denied: { action: `Microsoft.KeyVault/vaults/secrets/${verb}`, principalId: nobody.principalId },
      })
      expect((await opened.auditTrail()).at(-1)).toBe(`Microsoft.KeyVault/vaults/secrets/${verb} denied`)
    },
  )

  test.each(operations)("%s is allowed by a role on the secret alone", async (title, _verb, run) => {
    const opened = await openFor(title)
    const narrow = await opened.callerWith(officer, `${opened.scope}/secrets/${name}`)

    await run(opened, narrow)

    expect((await opened.auditTrail()).at(-1)).toMatch(/^Secret\w+ success$/)
  })

  test.each(operations)("%s is refused to a role on another secret", async (title, _verb, run) => {
    const opened = await openFor(title)
    const narrow = await opened.callerWith(officer, `${opened.scope}/secrets/${name}-2`)

    await expect(run(opened, narrow)).rejects.toMatchObject({ kind: "forbidden" })
  })

  test.each(collectionOperations)("%s is refused to a role on one secret", async (title, _verb, run) => {
    const opened = await openFor(title)
    const narrow = await opened.callerWith(officer, `${opened.scope}/secrets/${name}`)

    await expect(run(opened, narrow)).rejects.toMatchObject({ kind: "forbidden" })
  })

  test("a Secrets User reads values and changes nothing", async () => {
    const opened = await openFor("getSecret")
    const { context, vault } = opened
    const caller = await opened.callerWith(user)

    expect(await getSecret(context, caller, { vault, name })).toMatchObject({ value: "1" })
    await expect(setSecret(context, caller, { vault, name, value: "2" })).rejects.toMatchObject({
      kind: "forbidden",
    })
    expect(await getSecret(context, caller, { vault, name })).toMatchObject({ value: "1" })
  })

  test("a Reader lists secrets and reads no value", async () => {
    const opened = await openFor("getSecret")
    const { context, vault } = opened
    const caller = await opened.callerWith(reader)

    expect(await listSecrets(context, caller, { vault })).toMatchObject({ items: [{ name }], next: null })
    await expect(getSecret(context, caller, { vault, name })).rejects.toMatchObject({ kind: "forbidden" })
  })

  // A vault must not open to the roles of another tenant, however wide their scope is written.
  test("a caller of another tenant is refused before roles are looked at", async () => {
    const opened = await openFor("getSecret")
    const { context, vault } = opened
    const caller = { ...(await opened.callerWith(officer)), tenantId: "99999999-0000-4000-8000-000000000009" }

    await expect(getSecret(context, caller, { vault, name })).rejects.toMatchObject({
      kind: "unauthenticated",
      reason: "issuer",
    })
  })

  // "a/b" is a malformed name, and its scope would lie below that of the secret "a".
  test("a role on a secret reaches nothing whose name continues with a slash", async () => {
    const opened = await openFor("getSecret")
    const { context, vault } = opened
    const caller = await opened.callerWith(officer, `${opened.scope}/secrets/${name}`)

    await expect(setSecret(context, caller, { vault, name: `${name}/x`, value: "v" })).rejects.toMatchObject({
      kind: "invalidInput",
      target: "name",
    })
    expect(await listSecrets(context, opened.system, { vault })).toMatchObject({ items: [{ name }] })
  })
})

describe("setSecret and getSecret", () => {
  test("keep a value with all that was said about it", async () => {
    const { context, system, vault } = await openTestVault()
    const said = {
      value: "Grüße 🔑\u0000\n",
      contentType: "text/plain",
      tags: { team: "a", "": "" },
      enabled: true,
      notBefore: 1,
      expiresAt: 2,
    }

    const set = await setSecret(context, system, { vault, name: "Db-1", ...said })

    const expected = {
      ...said,
      name: "Db-1",
      version: set.version,
      createdAt: testNow,
      updatedAt: testNow,
      managed: false,
      previousVersion: null,
    }
    expect(set).toEqual(expected)
    expect(await getSecret(context, system, { vault, name: "dB-1" })).toEqual(expected)
    expect(set.version).toMatch(/^[0-9a-f]{32}$/)
  })

  test("answer any version, and the newest one when none is named", async () => {
    const { context, system, vault } = await openTestVault()
    const first = await setSecret(context, system, { vault, name: "s", value: "1" })
    const second = await setSecret(context, system, { vault, name: "S", value: "2" })

    expect(await getSecret(context, system, { vault, name: "s" })).toMatchObject({
      name: "s",
      value: "2",
      version: second.version,
      previousVersion: first.version,
    })
    const { version } = first
    expect(await getSecret(context, system, { vault, name: "s", version })).toMatchObject({ value: "1" })
    const upperCase = { vault, name: "s", version: version.toUpperCase() }
    expect(await getSecret(context, system, upperCase)).toMatchObject({ value: "1" })
  })

  test("take an empty value", async () => {
    const { context, system, vault } = await openTestVault()

    await setSecret(context, system, { vault, name: "s", value: "" })

    expect(await getSecret(context, system, { vault, name: "s" })).toMatchObject({ value: "" })
  })

  test.each([
    ["25,600 bytes", "a".repeat(25_600)],
    ["25,600 bytes in two-byte characters", "é".repeat(12_800)],
  ])("take a value of %s", async (_size, value) => {
    const { context, system, vault } = await openTestVault()

    await setSecret(context, system, { vault, name: "s", value })

    expect((await getSecret(context, system, { vault, name: "s" })).value).toBe(value)
  })

  const tag512 = { ["n".repeat(512)]: "v".repeat(512) }
  const tags15 = Object.fromEntries(Array.from({ length: 15 }, (_, at) => [`tag${at}`, "v"]))

  test("take names, content types and tags up to their limits", async () => {
    const { context, system, vault } = await openTestVault()
    const request = { vault, name: "n".repeat(127), value: "v", contentType: "c".repeat(255) }

    const set = await setSecret(context, system, { ...request, tags: tag512 })
    const again = await setSecret(context, system, { ...request, tags: tags15, expiresAt: 253_402_300_799 })

    expect(set).toMatchObject({ tags: tag512, contentType: request.contentType })
    expect(again).toMatchObject({ tags: tags15, expiresAt: 253_402_300_799 })
  })

  test.each([
    ["a name of 128 characters", { name: "n".repeat(128) }, "name"],
    ["an empty name", { name: "" }, "name"],
    ["a name with an underscore", { name: "a_b" }, "name"],
    ["a name in letters beyond ASCII", { name: "ä" }, "name"],
    ["a value of 25,601 bytes", { value: "a".repeat(25_601) }, "value"],
    ["a value of 25,601 bytes in multi-byte characters", { value: `${"é".repeat(12_800)}a` }, "value"],
    ["a value with half a surrogate pair", { value: "\ud800" }, "value"],
    ["a content type of 256 characters", { contentType: "c".repeat(256) }, "contentType"],
    ["16 tags", { tags: { ...tags15, more: "v" } }, "tags"],
    ["a tag name of 513 characters", { tags: { ["n".repeat(513)]: "v" } }, "tags"],
    ["a tag value of 513 characters", { tags: { n: "v".repeat(513) } }, "tags"],
    ["a tag with half a surrogate pair", { tags: { n: "\udc00" } }, "tags"],
    ["a fraction of a second", { notBefore: 1.5 }, "nbf"],
    ["a negative instant", { expiresAt: -1 }, "exp"],
    ["an instant after the year 9999", { expiresAt: 253_402_300_800 }, "exp"],
    ["an end before its beginning", { notBefore: 2, expiresAt: 1 }, "exp"],
  ])("refuse %s and keep nothing of it", async (_what, wrong, target) => {
    const { context, system, vault, auditTrail } = await openTestVault()

    const attempt = setSecret(context, system, { vault, name: "s", value: "v", ...wrong })

    await expect(attempt).rejects.toMatchObject({ kind: "invalidInput", subject: "secret", target })
    expect(await context.store.vaultObjects.list({})).toEqual([])
    expect(await context.store.vaultObjectVersions.list({})).toEqual([])
    expect(await auditTrail()).toEqual([])
  })

  test("answer a secret outside of its dates: the dates inform", async () => {
    const { context, system, vault } = await openTestVault()
    await setSecret(context, system, { vault, name: "old", value: "v", expiresAt: testNow - 1 })
    await setSecret(context, system, { vault, name: "new", value: "v", notBefore: testNow + 1 })

    expect(await getSecret(context, system, { vault, name: "old" })).toMatchObject({ value: "v" })
    expect(await getSecret(context, system, { vault, name: "new" })).toMatchObject({ value: "v" })
  })

  test("refuse the value of a disabled version, and answer the others", async () => {
    const { context, system, vault, auditTrail } = await openTestVault()
    const first = await setSecret(context, system, { vault, name: "s", value: "1" })
    await setSecret(context, system, { vault, name: "s", value: "2", enabled: false })

    await expect(getSecret(context, system, { vault, name: "s" })).rejects.toMatchObject({
      kind: "conflict",
      reason: "disabled",
    })
    expect(await getSecret(context, system, { vault, name: "s", version: first.version })).toMatchObject({
      value: "1",
    })
    expect(await auditTrail()).toEqual(["SecretSet success", "SecretSet success", "SecretGet success"])
  })

  test.each([
    ["name", { name: "other" }],
    ["version", { name: "s", version: "0".repeat(32) }],
  ])("say that there is no such %s", async (_what, address) => {
    const { context, system, vault } = await openTestVault()
    await setSecret(context, system, { vault, name: "s", value: "v" })

    await expect(getSecret(context, system, { vault, ...address })).rejects.toMatchObject({
      kind: "notFound",
      subject: "secret",
    })
  })

  // DESIGN 5: a flipped byte in the file is an error, never wrong data.
  test("fail when a stored byte was changed", async () => {
    const { context, system, vault, auditTrail } = await openTestVault()
    await setSecret(context, system, { vault, name: "s", value: "v" })
    await tamperWithValue(context, { vault, kind: "secret", name: "s" })

    await expect(getSecret(context, system, { vault, name: "s" })).rejects.toThrow("Cannot open sealed data")
    expect(await auditTrail()).toEqual(["SecretSet success"])
  })

  // A value copied to another place of the database must not open there.
  test("fail when the value of another secret was put in its place", async () => {
    const { context, system, vault } = await openTestVault()
    const mine = await setSecret(context, system, { vault, name: "mine", value: "1" })
    const yours = await setSecret(context, system, { vault, name: "yours", value: "2" })
    const key = { vaultId: vault.id, kind: "secret" } as const
    await context.store.transaction(async (tx) => {
      const from = await tx.vaultObjectVersions.find({ ...key, nameKey: "YOURS", version: yours.version })
      const to = await tx.vaultObjectVersions.find({ ...key, nameKey: "MINE", version: mine.version })
      if (from === undefined || to === undefined) throw new Error("Both are there")
      await tx.vaultObjectVersions.update({ ...to, sealedValue: from.sealedValue })
    })

    await expect(getSecret(context, system, { vault, name: "mine" })).rejects.toThrow(
      "Cannot open sealed data",
    )
  })

  test("leave an audit trail that is whole and tells no value", async () => {
    const { context, system, vault, scope } = await openTestVault()
    const { version } = await setSecret(context, system, { vault, name: "s", value: "hunter2-hunter2" })
    await getSecret(context, system, { vault, name: "s" })

    const [last] = await context.store.auditEvents.list({ orderBy: "sequence", descending: true, limit: 1 })
    expect(last).toMatchObject({
      action: "SecretGet",
      target: `${scope}/secrets/s`,
      actor: "system",
      outcome: "success",
      details: { version },
    })
    expect(await verifyChain(context)).toMatchObject({ whole: true })
    expect(JSON.stringify(await context.store.auditEvents.list({}))).not.toContain("hunter2")
  })
})

describe("updateSecret", () => {
  test("changes what is given, keeps the rest, and moves the time of change", async () => {
    const { context, system, vault } = await openTestVault()
    const set = await setSecret(context, system, {
      vault,
      name: "s",
      value: "v",
      tags: { a: "1" },
      expiresAt: 9,
    })
    context.clock.advance(60)

    const updated = await updateSecret(context, system, {
      vault,
      name: "s",
      contentType: "text/plain",
      enabled: false,
    })

    const { value: _value, ...rest } = set
    expect(updated).toEqual({ ...rest, contentType: "text/plain", enabled: false, updatedAt: testNow + 60 })
  })

  test("replaces all tags when tags are given", async () => {
    const { context, system, vault } = await openTestVault()
    await setSecret(context, system, { vault, name: "s", value: "v", tags: { a: "1", b: "2" } })

    expect(await updateSecret(context, system, { vault, name: "s", tags: { c: "3" } })).toMatchObject({
      tags: { c: "3" },
    })
    expect(await updateSecret(context, system, { vault, name: "s", tags: {} })).toMatchObject({ tags: {} })
  })

  test("changes the version that is named and no other", async () => {
    const { context, system, vault } = await openTestVault()
    const { version } = await setSecret(context, system, { vault, name: "s", value: "1" })
    await setSecret(context, system, { vault, name: "s", value: "2" })

    await updateSecret(context, system, { vault, name: "s", version, enabled: false })

    const { items } = await listSecretVersions(context, system, { vault, name: "s" })
    expect(items.map(({ enabled }) => enabled)).toEqual([false, true])
  })

  test("refuses an end before the beginning that stands, and changes nothing", async () => {
    const { context, system, vault } = await openTestVault()
    await setSecret(context, system, { vault, name: "s", value: "v", notBefore: 100 })

    await expect(
      updateSecret(context, system, { vault, name: "s", expiresAt: 99, enabled: false }),
    ).rejects.toMatchObject({
      kind: "invalidInput",
      target: "exp",
    })
    expect(await getSecret(context, system, { vault, name: "s" })).toMatchObject({
      enabled: true,
      expiresAt: null,
    })
  })
})
