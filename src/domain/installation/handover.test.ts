import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, test } from "vitest"
import { openTestContext } from "../../../test/context.ts"
import { verifyUserPassword } from "../users/index.ts"
import { type Bootstrap, isReady, prepareHandover } from "./index.ts"

const options = { tenantDomain: "keybearer.local", region: "local", identityHeader: "header" }

describe("the handover", () => {
  test("puts the same credentials into the file and before a person, once", async ({ expect }) => {
    const context = await openTestContext()
    const bootstrapFile = join(mkdtempSync(join(tmpdir(), "keybearer-handover-")), "bootstrap.json")
    const shown: Bootstrap[] = []

    const handover = await prepareHandover(context, { ...options, bootstrapFile })
    expect(existsSync(bootstrapFile)).toBe(false)
    const bootstrap = await handover?.complete("/data/ca.pem", (each) => shown.push(each))

    expect(shown).toEqual([bootstrap])
    expect(JSON.parse(readFileSync(bootstrapFile, "utf8"))).toEqual(bootstrap)
    expect(await isReady(context)).toBe(true)
    expect(await prepareHandover(context, { ...options, bootstrapFile })).toBeUndefined()
  })

  test("that was cut short is made up for by the next start, with credentials that work", async ({
    expect,
  }) => {
    const context = await openTestContext()
    await prepareHandover(context, options)

    const bootstrap = await (await prepareHandover(context, options))?.complete("/data/ca.pem")

    const administrator = bootstrap?.administrator ?? { userPrincipalName: "", password: "" }
    expect((await verifyUserPassword(context, administrator)).displayName).toBe("Administrator")
  })

  test("makes nothing when the file cannot be written", async ({ expect }) => {
    const context = await openTestContext()
    const bootstrapFile = mkdtempSync(join(tmpdir(), "keybearer-handover-"))

    const attempt = prepareHandover(context, { ...options, bootstrapFile })

    await expect(attempt).rejects.toThrow(`Cannot write the bootstrap file "${bootstrapFile}"`)
    expect(await context.store.tenants.list({})).toEqual([])
  })

  test("stays open when the file could be reserved but not put in its place", async ({ expect }) => {
    const context = await openTestContext()
    const directory = mkdtempSync(join(tmpdir(), "keybearer-handover-"))
    const bootstrapFile = join(directory, "bootstrap.json")
    const handover = await prepareHandover(context, { ...options, bootstrapFile })
    mkdirSync(bootstrapFile)
    const shown: Bootstrap[] = []

    await expect(handover?.complete("/data/ca.pem", (each) => shown.push(each))).rejects.toThrow(
      "Cannot write",
    )

    expect(shown).toEqual([])
    expect(readdirSync(directory)).toEqual(["bootstrap.json"])
    rmSync(bootstrapFile, { recursive: true })
    expect(await prepareHandover(context, { ...options, bootstrapFile })).toBeDefined()
  })

  test("leaves no file behind when it is given up, or when nothing could be made", async ({ expect }) => {
    const context = await openTestContext()
    const directory = mkdtempSync(join(tmpdir(), "keybearer-handover-"))
    const bootstrapFile = join(directory, "bootstrap.json")

    await expect(prepareHandover(context, { ...options, tenantDomain: "x", bootstrapFile })).rejects.toThrow(
      "domain",
    )
    const handover = await prepareHandover(context, { ...options, bootstrapFile })
    handover?.abandon()

    expect(readdirSync(directory)).toEqual([])
  })
})
