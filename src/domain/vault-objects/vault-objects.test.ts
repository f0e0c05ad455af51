import { describe, expect, test } from "vitest"
import { testNow } from "../../../test/context.ts"
import { openTestVault, tamperWithValue, type TestVault } from "../../../test/vault.ts"
import { importSealingKey } from "../../crypto/seal.ts"
import type { DomainContext } from "../context.ts"
import { openKeyring } from "../keyring/index.ts"
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
} from "../secrets/index.ts"
import { purgeExpiredObjects } from "./index.ts"

const day = 86_400

async function setNamed({ context, system, vault }: TestVault, names: string[]): Promise<void> {
  for (const name of names) await setSecret(context, system, { vault, name, value: `value of ${name}` })
}

/** Turns pages until the last one; each page is a list of names. */
async function allPages(
  { context, system, vault }: TestVault,
  limit: number,
  betweenPages: () => Promise<void> = async () => {},
): Promise<string[][]> {
  const pages: string[][] = []
  let after: string | undefined
  do {
    const page = await listSecrets(context, system, { vault, limit, after })
    pages.push(page.items.map(({ name }) => name))
    after = page.next ?? undefined
    if (after !== undefined) await betweenPages()
  } while (after !== undefined)
  return pages
}

const sixtyNames = Array.from({ length: 60 }, (_, at) => `secret-${String(at).padStart(2, "0")}`)

describe("listing", () => {
  test.each([1, 7, 24, 25])("shows every one of 60 names once, %i a page", async (limit) => {
    const opened = await openTestVault()
    await setNamed(opened, sixtyNames.toReversed())

    const pages = await allPages(opened, limit)

    expect(pages.flat()).toEqual(sixtyNames)
    expect(pages).toHaveLength(Math.ceil(60 / limit))
  })

  test("ends without an empty page when the last one is full", async () => {
    const opened = await openTestVault()
    await setNamed(opened, sixtyNames.slice(0, 50))

    expect((await allPages(opened, 25)).map((page) => page.length)).toEqual([25, 25])
  })

  test("orders by upper-case name and keeps the spelling of the first version", async () => {
    const opened = await openTestVault()
    await setNamed(opened, ["b", "C", "a", "A", "a-1"])

    expect(await allPages(opened, 25)).toEqual([["a", "a-1", "b", "C"]])
  })

  test("skips nothing and repeats nothing when names go while pages are turned", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    await setNamed(opened, sixtyNames.slice(0, 9))
    let turned = 0

    const pages = await allPages(opened, 3, async () => {
      turned += 1
      // One that was shown, and, at the first turn, one that is to come.
      await deleteSecret(context, system, { vault, name: sixtyNames[turned * 3 - 1] ?? "" })
      if (turned === 1) await deleteSecret(context, system, { vault, name: "secret-04" })
    })

    expect(pages.flat()).toEqual(sixtyNames.slice(0, 9).filter((name) => name !== "secret-04"))
  })

  test.each([0, 26, 1.5, -1, Number.NaN])("refuses a page of %d", async (limit) => {
    const { context, system, vault } = await openTestVault()

    await expect(listSecrets(context, system, { vault, limit })).rejects.toMatchObject({
      kind: "invalidInput",
      target: "maxresults",
    })
  })

  test("pages through versions, oldest first", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    await setNamed(opened, ["s", "s", "s"])

    const first = await listSecretVersions(context, system, { vault, name: "s", limit: 2 })
    const second = await listSecretVersions(context, system, {
      vault,
      name: "s",
      limit: 2,
      after: first.next ?? "",
    })

    expect(first.items).toHaveLength(2)
    expect(second.items).toHaveLength(1)
    expect(second.next).toBeNull()
    const versions = [...first.items, ...second.items].map(({ version }) => version)
    expect(new Set(versions).size).toBe(3)
    expect(await getSecret(context, system, { vault, name: "s" })).toMatchObject({ version: versions[2] })
  })

  test("keeps the secrets of two vaults apart", async () => {
    const opened = await openTestVault()
    const { context, system, seed } = opened
    const other = await seed.vault({ name: "kv2" })
    await setNamed(opened, ["mine"])

    expect(await listSecrets(context, system, { vault: other.vault })).toEqual({ items: [], next: null })
    await expect(getSecret(context, system, { vault: other.vault, name: "mine" })).rejects.toMatchObject({
      kind: "notFound",
    })
  })
})

describe("deletion", () => {
  test("hides an object for as many days as the vault keeps it", async () => {
    const opened = await openTestVault({ softDeleteRetentionDays: 7 })
    const { context, system, vault } = opened
    await setNamed(opened, ["s", "s"])

    const deleted = await deleteSecret(context, system, { vault, name: "S" })

    expect(deleted).toMatchObject({ name: "s", deletedAt: testNow, purgeAt: testNow + 7 * day })
    await expect(getSecret(context, system, { vault, name: "s" })).rejects.toMatchObject({ kind: "notFound" })
    await expect(listSecretVersions(context, system, { vault, name: "s" })).rejects.toMatchObject({
      kind: "notFound",
    })
    expect(await listSecrets(context, system, { vault })).toMatchObject({ items: [] })
    expect(await getDeletedSecret(context, system, { vault, name: "s" })).toEqual(deleted)
    expect(await listDeletedSecrets(context, system, { vault })).toEqual({ items: [deleted], next: null })
  })

  test("holds the name: nothing can be set or restored under it", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    await setNamed(opened, ["s"])
    const blob = await backupSecret(context, system, { vault, name: "s" })
    await deleteSecret(context, system, { vault, name: "s" })

    const refusal = { kind: "softDeleted", subject: "secret", target: "s" }
    await expect(setSecret(context, system, { vault, name: "s", value: "v" })).rejects.toMatchObject(refusal)
    await expect(restoreSecret(context, system, { vault, blob })).rejects.toMatchObject(refusal)
  })

  test("is undone by recovery, with every version as it was", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    await setNamed(opened, ["s", "s"])
    const before = await listSecretVersions(context, system, { vault, name: "s" })
    await deleteSecret(context, system, { vault, name: "s" })
    context.clock.advance(day)

    const recovered = await recoverDeletedSecret(context, system, { vault, name: "s" })

    expect(recovered).toEqual(before.items[1])
    expect(await listSecretVersions(context, system, { vault, name: "s" })).toEqual(before)
    expect(await getSecret(context, system, { vault, name: "s" })).toMatchObject({ value: "value of s" })
    expect(await listDeletedSecrets(context, system, { vault })).toMatchObject({ items: [] })
  })

  test("becomes final by a purge, which frees the name and leaves no version behind", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    await setNamed(
      opened,
      Array.from({ length: 120 }, () => "s"),
    )
    await deleteSecret(context, system, { vault, name: "s" })

    await purgeDeletedSecret(context, system, { vault, name: "s" })

    expect(await context.store.vaultObjects.list({})).toEqual([])
    expect(await context.store.vaultObjectVersions.list({})).toEqual([])
    await setNamed(opened, ["s"])
    expect(await getSecret(context, system, { vault, name: "s" })).toMatchObject({ previousVersion: null })
  })

  test.each([
    ["get", getDeletedSecret],
    ["recover", recoverDeletedSecret],
    ["purge", purgeDeletedSecret],
  ])("can be asked for by %s only of what is deleted", async (_verb, operation) => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    await setNamed(opened, ["active"])

    for (const name of ["active", "absent"]) {
      await expect(operation(context, system, { vault, name })).rejects.toMatchObject({
        kind: "notFound",
        reason: "deleted",
        target: name,
      })
    }
  })

  test("cannot be made final by hand where the vault is protected against purging", async () => {
    const opened = await openTestVault({ purgeProtection: true })
    const { context, system, vault } = opened
    await setNamed(opened, ["s"])
    await deleteSecret(context, system, { vault, name: "s" })

    await expect(purgeDeletedSecret(context, system, { vault, name: "s" })).rejects.toMatchObject({
      kind: "conflict",
      reason: "purgeProtected",
    })
    expect(await recoverDeletedSecret(context, system, { vault, name: "s" })).toMatchObject({ name: "s" })
  })
})

describe("the sweep of expired objects", () => {
  test("purges what has reached its day, protected or not, and nothing else", async () => {
    const opened = await openTestVault({ softDeleteRetentionDays: 7, purgeProtection: true })
    const { context, system, vault } = opened
    await setNamed(opened, ["active", "first", "second"])
    await deleteSecret(context, system, { vault, name: "first" })
    context.clock.advance(60)
    await deleteSecret(context, system, { vault, name: "second" })
    context.clock.advance(7 * day - 61)

    expect(await purgeExpiredObjects(context)).toBe(0)
    context.clock.advance(1)
    expect(await purgeExpiredObjects(context)).toBe(1)
    expect(await listDeletedSecrets(context, system, { vault })).toMatchObject({
      items: [{ name: "second" }],
    })
    expect(await listSecrets(context, system, { vault })).toMatchObject({ items: [{ name: "active" }] })
    expect((await opened.auditTrail()).filter((entry) => entry === "SecretPurge success")).toHaveLength(1)
  })

  test("does no more at once than it is asked for", async () => {
    const opened = await openTestVault({ softDeleteRetentionDays: 7 })
    const { context, system, vault } = opened
    await setNamed(opened, sixtyNames.slice(0, 5))
    for (const name of sixtyNames.slice(0, 5)) await deleteSecret(context, system, { vault, name })
    context.clock.advance(7 * day)

    expect(await purgeExpiredObjects(context, 3)).toBe(3)
    expect(await purgeExpiredObjects(context, 3)).toBe(2)
    expect(await purgeExpiredObjects(context, 3)).toBe(0)
  })
})

describe("backup and restore", () => {
  test("bring back every version with its id, its dates and its value", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    await setSecret(context, system, { vault, name: "Db", value: "1", tags: { a: "b" }, contentType: "t" })
    context.clock.advance(60)
    await setSecret(context, system, { vault, name: "Db", value: "2", enabled: false, expiresAt: 5 })
    const before = await listSecretVersions(context, system, { vault, name: "Db" })
    const blob = await backupSecret(context, system, { vault, name: "Db" })
    await deleteSecret(context, system, { vault, name: "Db" })
    await purgeDeletedSecret(context, system, { vault, name: "Db" })
    context.clock.advance(day)

    const restored = await restoreSecret(context, system, { vault, blob })

    expect(restored).toEqual(before.items[1])
    expect(await listSecretVersions(context, system, { vault, name: "Db" })).toEqual(before)
    const version = before.items[0]?.version
    expect(await getSecret(context, system, { vault, name: "Db", version })).toMatchObject({ value: "1" })
    expect((await setSecret(context, system, { vault, name: "Db", value: "3" })).previousVersion).toBe(
      restored.version,
    )
  })

  test("work from one vault to another of the subscription", async () => {
    const opened = await openTestVault()
    const { context, system, vault, seed } = opened
    const other = await seed.vault({ name: "kv2" })
    await setNamed(opened, ["s"])
    const blob = await backupSecret(context, system, { vault, name: "s" })

    await restoreSecret(context, system, { vault: other.vault, blob })

    expect(await getSecret(context, system, { vault: other.vault, name: "s" })).toMatchObject({
      value: "value of s",
    })
  })

  test("refuse a name that is taken, and leave it as it is", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    await setNamed(opened, ["s"])
    const blob = await backupSecret(context, system, { vault, name: "s" })
    const newer = await setSecret(context, system, { vault, name: "s", value: "newer" })

    await expect(restoreSecret(context, system, { vault, blob })).rejects.toMatchObject({
      kind: "alreadyExists",
      target: "s",
    })
    expect(await getSecret(context, system, { vault, name: "s" })).toMatchObject({ version: newer.version })
  })

  // Whoever finds a backup file must learn nothing from it.
  test("tell nothing in clear", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    await setNamed(opened, ["find-me"])

    const blob = Buffer.from(await backupSecret(context, system, { vault, name: "find-me" }))

    expect(blob.includes("find-me")).toBe(false)
    expect(blob.includes(Buffer.from("value of find-me").toString("base64"))).toBe(false)
  })

  test("refuse a blob with one byte changed, cut short or made up", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    await setNamed(opened, ["s"])
    const blob = await backupSecret(context, system, { vault, name: "s" })
    const changed = Uint8Array.from(blob)
    changed[40] = (changed[40] ?? 0) ^ 1

    for (const bad of [changed, blob.subarray(0, -1), new Uint8Array(), new Uint8Array(100)]) {
      await expect(restoreSecret(context, system, { vault, blob: bad })).rejects.toMatchObject({
        kind: "invalidInput",
        target: "value",
      })
    }
  })

  test("refuse a backup of another subscription", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    await setNamed(opened, ["s"])
    const blob = await backupSecret(context, system, { vault, name: "s" })
    const elsewhere = { ...vault, subscriptionId: "bbbbbbbb-0000-4000-8000-000000000002" }

    await expect(restoreSecret(context, system, { vault: elsewhere, blob })).rejects.toMatchObject({
      kind: "invalidInput",
    })
  })

  test("refuse a backup of another installation", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    await setNamed(opened, ["s"])
    const blob = await backupSecret(context, system, { vault, name: "s" })
    const other = await openTestVault()
    const target = { ...other.vault, tenantId: vault.tenantId, subscriptionId: vault.subscriptionId }

    await expect(restoreSecret(other.context, other.system, { vault: target, blob })).rejects.toMatchObject({
      kind: "invalidInput",
    })
  })

  test("work after a restart with the same root key", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    await setNamed(opened, ["s"])
    const blob = await backupSecret(context, system, { vault, name: "s" })
    await deleteSecret(context, system, { vault, name: "s" })
    await purgeDeletedSecret(context, system, { vault, name: "s" })
    const { store, clock, ids } = context
    const rootKey = importSealingKey("test-root", new Uint8Array(32).fill(7))
    const restarted: DomainContext = {
      ...context,
      keyring: await openKeyring({ store, clock, ids, rootKey }),
    }

    await restoreSecret(restarted, system, { vault, blob })

    expect(await getSecret(restarted, system, { vault, name: "s" })).toMatchObject({ value: "value of s" })
  })

  test("take 500 versions and refuse more", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    await setNamed(
      opened,
      Array.from({ length: 500 }, () => "s"),
    )

    expect((await backupSecret(context, system, { vault, name: "s" })).length).toBeGreaterThan(500)
    await setNamed(opened, ["s"])
    await expect(backupSecret(context, system, { vault, name: "s" })).rejects.toMatchObject({
      kind: "invalidInput",
    })
  })

  test("fail rather than back up a value that was tampered with", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    await setNamed(opened, ["s"])
    await tamperWithValue(context, { vault, kind: "secret", name: "s" })

    await expect(backupSecret(context, system, { vault, name: "s" })).rejects.toThrow(
      "Cannot open sealed data",
    )
  })

  test("refuse what is deleted", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened
    await setNamed(opened, ["s"])
    await deleteSecret(context, system, { vault, name: "s" })

    await expect(backupSecret(context, system, { vault, name: "s" })).rejects.toMatchObject({
      kind: "notFound",
    })
  })
})

describe("concurrency", () => {
  test("gives each of twenty versions set at once an id and a place of its own", async () => {
    const opened = await openTestVault()
    const { context, system, vault } = opened

    const set = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        setSecret(context, system, { vault, name: "s", value: String(at) }),
      ),
    )

    const { items } = await listSecretVersions(context, system, { vault, name: "s" })
    expect(items.map(({ version }) => version).toSorted()).toEqual(
      set.map(({ version }) => version).toSorted(),
    )
    expect(items.map(({ previousVersion }) => previousVersion)).toEqual([
      null,
      ...items.slice(0, -1).map(({ version }) => version),
    ])
  })
})
