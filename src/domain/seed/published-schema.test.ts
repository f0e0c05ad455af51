import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, test } from "vitest"
import { openTestInstallation } from "../../../test/installation.ts"
import { exportPfx, issueCertificate } from "../../../test/certificates.ts"
import { applySeed, parseSeed } from "./index.ts"
import { createSeedSchema } from "./seed-schema.ts"

const docs = join(import.meta.dirname, "../../../docs")

interface Published {
  properties?: { [member: string]: Published }
  required?: string[]
  items?: Published
}

/** The parts of a valibot schema that this test walks through. */
interface Checked {
  type: string
  entries?: { [member: string]: Checked }
  item?: Checked
  wrapped?: Checked
  pipe?: readonly Checked[]
}

/** Members of every object, `?` after those that may be left out, under the place where the object is. */
function membersOfPublished(schema: Published, place = ""): string[] {
  if (schema.items !== undefined) return membersOfPublished(schema.items, `${place}[]`)
  return Object.entries(schema.properties ?? {}).flatMap(([member, inner]) => {
    const here = `${place}.${member}`
    return [schema.required?.includes(member) ? here : `${here}?`, ...membersOfPublished(inner, here)]
  })
}

function membersOfChecked(schema: Checked, place = ""): string[] {
  if (schema.type === "optional" && schema.wrapped !== undefined)
    return membersOfChecked(schema.wrapped, place)
  if (schema.type === "array" && schema.item !== undefined) return membersOfChecked(schema.item, `${place}[]`)
  return Object.entries(schema.entries ?? {}).flatMap(([member, inner]) => {
    const here = `${place}.${member}`
    return [inner.type === "optional" ? `${here}?` : here, ...membersOfChecked(inner, here)]
  })
}

describe("the published schema", () => {
  test("has the members that the server takes, and no other", ({ expect }) => {
    const published = JSON.parse(readFileSync(join(docs, "seed.schema.json"), "utf8")) as Published
    const checked = createSeedSchema(() => new Uint8Array()) as unknown as Checked

    expect(membersOfPublished(published).sort()).toEqual(membersOfChecked(checked).sort())
  })
})

describe("the example of docs/seed.md", () => {
  test("works as printed", async ({ expect }) => {
    const directory = mkdtempSync(join(tmpdir(), "keybearer-seed-"))
    const issued = issueCertificate({ directory, name: "corellian" })
    writeFileSync(join(directory, "corellian.secret"), "a client secret of some length\n")
    writeFileSync(join(directory, "corellian.crt"), issued.certificate)
    writeFileSync(join(directory, "tls.pfx"), await exportPfx(issued, "wars"))
    const env = { ALICE_PASSWORD: "correct horse", DB_PASSWORD: "battery", TLS_PFX_PASSWORD: "wars" }
    const [, example = ""] = /```yaml\n(.*?)```/s.exec(readFileSync(join(docs, "seed.md"), "utf8")) ?? []
    const { context, credentials } = await openTestInstallation()
    const text = example.replace("keybearer.localhost", credentials.tenantDomain)

    const outcome = await applySeed(context, await parseSeed(text, { env, directory }), { region: "local" })

    expect(outcome).toEqual({ created: 12, updated: 0, unchanged: 0, notes: [] })
  })
})
