/** @azure/keyvault-secrets, unmodified, against a listening server. */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import {
  collect,
  failureOf,
  forAll,
  type Installation,
  openClients,
  openInstallation,
} from "./official-clients.ts"

let installation: Installation

beforeAll(async () => {
  installation = await openInstallation()
})

afterAll(() => installation?.server.remove())

describe("SecretClient", () => {
  test("sets a secret and reads it back with everything it was given", async () => {
    const { secrets, url } = await installation.createVault()
    const given = {
      contentType: "text/plain",
      tags: { team: "blue", "with space": "ü" },
      notBefore: new Date("2026-01-01T00:00:00Z"),
      // The library cuts seconds to 32 bits: a later date than 2038 leaves it negative.
      expiresOn: new Date("2037-01-01T00:00:00Z"),
    }

    const set = await secrets.setSecret("db-password", 'päss "word"\n', given)
    const read = await secrets.getSecret("db-password")

    const id = `${url.replace(/\/$/, "")}/secrets/db-password/${set.properties.version}`
    expect(set.properties.version).toMatch(/^[0-9a-f]{32}$/)
    expect(read).toEqual({
      name: "db-password",
      value: 'päss "word"\n',
      properties: expect.objectContaining({
        ...given,
        id,
        name: "db-password",
        version: set.properties.version,
        vaultUrl: url.replace(/\/$/, ""),
        enabled: true,
        createdOn: expect.any(Date),
        updatedOn: expect.any(Date),
        recoveryLevel: "Recoverable+Purgeable",
        recoverableDays: 90,
      }),
    })
    expect(read).toEqual(set)
  })

  test("reads an older version, and lists all of them", async () => {
    const { secrets } = await installation.createVault()
    const first = await secrets.setSecret("rotated", "one")
    const second = await secrets.setSecret("rotated", "two")

    const older = await secrets.getSecret("rotated", { version: first.properties.version ?? "" })
    const newest = await secrets.getSecret("rotated")
    const versions = await collect(secrets.listPropertiesOfSecretVersions("rotated"))

    expect(older.value).toBe("one")
    expect(newest.value).toBe("two")
    expect(new Set(versions.map(({ version }) => version))).toEqual(
      new Set([first.properties.version, second.properties.version]),
    )
  })

  test("changes the properties of a version and leaves its value", async () => {
    const { secrets } = await installation.createVault()
    const { properties } = await secrets.setSecret("annotated", "value", { tags: { a: "1" } })

    const updated = await secrets.updateSecretProperties("annotated", properties.version ?? "", {
      contentType: "text/plain",
      tags: { b: "2" },
    })
    const read = await secrets.getSecret("annotated")

    expect(updated).toMatchObject({ contentType: "text/plain", tags: { b: "2" }, enabled: true })
    expect(read.value).toBe("value")
    expect(read.properties.tags).toEqual({ b: "2" })
  })

  test("reads a secret again after it was disabled and enabled", async () => {
    const { secrets } = await installation.createVault()
    const { properties } = await secrets.setSecret("switched", "value")
    const version = properties.version ?? ""

    await secrets.updateSecretProperties("switched", version, { enabled: false })
    const refused = await failureOf(secrets.getSecret("switched"))
    await secrets.updateSecretProperties("switched", version, { enabled: true })
    const read = await secrets.getSecret("switched")

    expect(refused).toEqual({
      status: 403,
      code: "Forbidden",
      message: "Operation get is not allowed on a disabled secret.",
    })
    expect(read.value).toBe("value")
  })

  test("lists sixty secrets, in pages of any size", async () => {
    const { secrets } = await installation.createVault()
    const names = Array.from({ length: 60 }, (_, at) => `secret-${String(at).padStart(2, "0")}`)
    await forAll(names, (name) => secrets.setSecret(name, name))

    const all = await collect(secrets.listPropertiesOfSecrets())
    const sizes = async (maxPageSize?: number) => {
      const pages = secrets.listPropertiesOfSecrets().byPage(maxPageSize === undefined ? {} : { maxPageSize })
      return (await collect(pages)).map((page) => page.length).filter((size) => size > 0)
    }

    expect(all.map(({ name }) => name)).toEqual(names)
    expect(await sizes()).toEqual([25, 25, 10])
    expect(await sizes(25)).toEqual([25, 25, 10])
    expect(await sizes(7)).toEqual([7, 7, 7, 7, 7, 7, 7, 7, 4])
    expect(await sizes(1)).toEqual(Array.from({ length: 60 }, () => 1))
  })

  test("deletes a secret, finds it among the deleted, recovers it", async () => {
    const { secrets, url } = await installation.createVault()
    await secrets.setSecret("lost", "value")

    const deleted = await (await secrets.beginDeleteSecret("lost")).pollUntilDone()
    const gone = await failureOf(secrets.getSecret("lost"))
    const listed = await collect(secrets.listDeletedSecrets())
    await (await secrets.beginRecoverDeletedSecret("lost")).pollUntilDone()
    const read = await secrets.getSecret("lost")

    const { deletedOn, scheduledPurgeDate, recoveryId } = deleted.properties
    expect(recoveryId).toBe(`${url.replace(/\/$/, "")}/deletedsecrets/lost`)
    expect(Number(scheduledPurgeDate) - Number(deletedOn)).toBe(7_776_000_000)
    expect(gone).toEqual({
      status: 404,
      code: "SecretNotFound",
      message: expect.stringMatching(/^A secret with \(name\/id\) lost was not found in this key vault/),
    })
    expect(listed.map(({ name }) => name)).toEqual(["lost"])
    expect(read.value).toBe("value")
  })

  test("purges a deleted secret for good", async () => {
    const { secrets } = await installation.createVault()
    await secrets.setSecret("unwanted", "value")
    await (await secrets.beginDeleteSecret("unwanted")).pollUntilDone()

    await secrets.purgeDeletedSecret("unwanted")
    const gone = await failureOf(secrets.getDeletedSecret("unwanted"))
    await secrets.setSecret("unwanted", "anew")

    expect(gone).toMatchObject({
      status: 404,
      code: "SecretNotFound",
      message: "Deleted Secret not found: unwanted",
    })
    expect((await secrets.getSecret("unwanted")).value).toBe("anew")
  })

  test("backs a secret up and restores every version of it after a purge", async () => {
    const { secrets } = await installation.createVault()
    const first = await secrets.setSecret("kept", "one", { tags: { n: "1" } })
    const second = await secrets.setSecret("kept", "two")
    const backup = await secrets.backupSecret("kept")
    await (await secrets.beginDeleteSecret("kept")).pollUntilDone()
    await secrets.purgeDeletedSecret("kept")

    const restored = await secrets.restoreSecretBackup(backup ?? new Uint8Array())

    expect(restored.version).toBe(second.properties.version)
    expect((await secrets.getSecret("kept")).value).toBe("two")
    const older = await secrets.getSecret("kept", { version: first.properties.version ?? "" })
    expect(older).toMatchObject({ value: "one", properties: { tags: { n: "1" } } })
  })
})

describe("what a SecretClient is refused", () => {
  test("400: a value over 25 KB, and nothing is stored", async () => {
    const { secrets } = await installation.createVault()

    const refused = await failureOf(secrets.setSecret("large", "x".repeat(26 * 1024)))
    const gone = await failureOf(secrets.getSecret("large"))

    expect(refused).toMatchObject({ status: 400, code: "BadParameter" })
    expect(gone).toMatchObject({ status: 404, code: "SecretNotFound" })
  })

  test.each(["with/slash", "with_underscore", "x".repeat(128)])("400: the name %s", async (name) => {
    const { secrets } = await installation.createVault()

    const refused = await failureOf(secrets.setSecret(name, "value"))

    expect(refused).toMatchObject({ status: 400, code: "BadParameter" })
    expect(await collect(secrets.listPropertiesOfSecrets())).toEqual([])
  })

  test("403: setting without the role, named by action, scope and caller", async () => {
    const vault = await installation.createVault()
    const { tenantId, subscriptionId } = installation.bootstrap
    const reader = await installation.createManagedIdentity()
    await installation.assignRole(reader.credential, "secretsUser", vault)
    const { secrets } = openClients(vault.url, reader.credential)

    const refused = await failureOf(secrets.setSecret("wanted", "value"))

    expect(refused).toMatchObject({ status: 403, code: "Forbidden" })
    expect(refused.message.split("\r\n")).toEqual([
      expect.stringMatching(/not authorized/),
      expect.any(String),
      expect.stringMatching(
        new RegExp(
          `^Caller: .*appid=${reader.clientId};oid=[0-9a-f-]{36};iss=https://sts.windows.net/${tenantId}/`,
        ),
      ),
      "Action: 'Microsoft.KeyVault/vaults/secrets/setSecret/action'",
      `Resource: '/subscriptions/${subscriptionId}/resourcegroups/keybearer/providers/microsoft.keyvault/vaults/${vault.name}/secrets/wanted'`,
      "Assignment: (not found)",
      "DenyAssignmentId: null",
      expect.stringMatching(/^DecisionReason: /),
      `Vault: ${vault.name};location=local`,
    ])
    expect(await failureOf(vault.secrets.getSecret("wanted"))).toMatchObject({ status: 404 })
  })

  test("404: the version of another secret", async () => {
    const { secrets } = await installation.createVault()
    const { properties } = await secrets.setSecret("one", "1")
    await secrets.setSecret("two", "2")

    const refused = await failureOf(secrets.getSecret("two", { version: properties.version ?? "" }))

    expect(refused).toMatchObject({ status: 404, code: "SecretNotFound" })
  })

  test("409: setting, or restoring onto, a name held by a deleted secret", async () => {
    const { secrets } = await installation.createVault()
    await secrets.setSecret("held", "value")
    const backup = await secrets.backupSecret("held")
    await (await secrets.beginDeleteSecret("held")).pollUntilDone()

    const refusals = await Promise.all([
      failureOf(secrets.setSecret("held", "other")),
      failureOf(secrets.restoreSecretBackup(backup ?? new Uint8Array())),
    ])

    for (const refused of refusals) {
      expect(refused).toEqual({
        status: 409,
        code: "Conflict",
        message: expect.stringContaining("deleted but recoverable"),
      })
    }
  })

  test("409: restoring a secret that is there", async () => {
    const { secrets } = await installation.createVault()
    await secrets.setSecret("present", "value")
    const backup = await secrets.backupSecret("present")

    const refused = await failureOf(secrets.restoreSecretBackup(backup ?? new Uint8Array()))

    expect(refused).toMatchObject({ status: 409, code: "Conflict" })
  })
})
