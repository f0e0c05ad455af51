import { readFileSync } from "node:fs"
import { describe, test } from "vitest"
import { commands } from "../../src/cli/commands.ts"
import { parseArguments } from "../../src/cli/arguments.ts"
import packageJson from "../../package.json" with { type: "json" }
import { cliDocsPath, formatCliDocs } from "../../tools/cli-docs.ts"
import { Shell } from "./shell.ts"

const shell = new Shell()

describe("help", () => {
  test.for(["", "--help", "-h"])(
    "of %j lists every command by name and sentence",
    async (line, { expect }) => {
      const { code, out, err } = await shell.run(line)

      expect({ code, err }).toEqual({ code: 0, err: "" })
      for (const { name, summary } of commands)
        expect(out).toMatch(new RegExp(`^  ${name} +${escape(summary)}$`, "m"))
    },
  )

  test.for(["vault secret", "vault secret --help"])(
    "of the group %j lists its commands",
    async (line, { expect }) => {
      expect(await shell.run(line)).toEqual({
        code: 0,
        err: "",
        out: `keybearer vault secret

Commands
  vault secret set     Sets a secret, or a new version of it.
  vault secret show    Shows a secret with its value.
  vault secret list    Lists the secrets of a vault without their values.
  vault secret delete  Deletes a secret; it can be recovered.

More about one: keybearer COMMAND --help
`,
      })
    },
  )

  test.for(commands)(
    "of $name tells its arguments and examples that can be run",
    async ({ name, load }, { expect }) => {
      const { code, out, err } = await shell.run(`${name} --help`)
      const { options, examples } = await load()

      expect({ code, err }).toEqual({ code: 0, err: "" })
      for (const option of Object.keys(options)) expect(out).toContain(`  --${option}`)
      expect(examples.length).toBeGreaterThan(0)
      for (const { line } of examples) {
        expect(line.startsWith(name)).toBe(true)
        expect(out).toContain(`    keybearer ${line}\n`)
        if (name !== "serve") parseArguments(words(line.slice(name.length)), options)
      }
    },
  )

  test("wins over everything that is wrong besides", async ({ expect }) => {
    expect(await shell.run("role assign --nonsense --help")).toMatchObject({ code: 0, err: "" })
  })

  test("tells the version", async ({ expect }) => {
    expect(await shell.run("--version")).toEqual({
      code: 0,
      out: `keybearer ${packageJson.version}\n`,
      err: "",
    })
  })
})

describe("a command that is none", () => {
  test.for([
    ["acount show", "'acount show' is no command.\nDid you mean: keybearer account show?"],
    [
      "vault secret shwo db --vault-name x",
      "'vault secret shwo db' is no command.\nDid you mean: keybearer vault secret show?",
    ],
    ["frobnicate", "'frobnicate' is no command."],
    ["vault --hlep", "unrecognized arguments: --hlep"],
  ] as const)("%j ends with exit code 2 and what was probably meant", async ([line, text], { expect }) => {
    expect(await shell.run(line)).toEqual({
      code: 2,
      out: "",
      err: `ERROR: ${text}\nSee: keybearer --help\n`,
    })
  })
})

test("options that every command has may stand before it", async ({ expect }) => {
  expect(await shell.run("-o tsv account list --only-show-errors")).toEqual({ code: 0, out: "", err: "" })
  expect(await shell.run("--only-show-errors account list")).toEqual({ code: 0, out: "[]\n", err: "" })
})

test("docs/cli.md is what the table of commands says: node tools/cli-docs.ts writes it", async ({
  expect,
}) => {
  expect(readFileSync(cliDocsPath, "utf8")).toBe(await formatCliDocs())
})

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}

/** As a shell splits them, as far as examples need. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? "",
  )
}
