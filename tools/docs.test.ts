import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, describe, expect, test } from "vitest"
import { aadstsCodes, findDocsProblems, codesByName } from "./docs.ts"

const roots: string[] = []

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true })
})

function problemsOf(files: Record<string, string>): string[] {
  const root = mkdtempSync(join(tmpdir(), "keybearer-docs-"))
  roots.push(root)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return findDocsProblems(root)
}

function table(...cells: string[]): string {
  const rows = cells.map((cell) => `| Set Secret | ${cell} |`)
  return ["# Compatibility", "", "| Operation | Test |", "| --- | --- |", ...rows].join("\n")
}

const tests = `
describe("PUT /secrets/{name}", () => {
  test("sets a secret", () => {})
  test.for([{ title: "refuses a|b" }])("$title", () => {})
  test(\`keeps \${tags} tags\`, () => {})
  test.skip("purges a secret", () => {})
})
`

describe("docs/compatibility.md", () => {
  test.for([
    '`src/a.test.ts` "sets a secret"',
    '`src/a.test.ts` "refuses a\\|b"',
    '`src/a.test.ts` "keeps ${tags} tags"',
    '`src/a.test.ts` "sets a secret" <br> `src/a.test.ts` "$title"',
  ])("takes %s", (cell) => {
    expect(problemsOf({ "docs/compatibility.md": table(cell), "src/a.test.ts": tests })).toEqual([])
  })

  test.for([
    ["", 'names no test: write `path.test.ts` "title" in the column Test'],
    ["yes", 'names no test: write `path.test.ts` "title" in the column Test'],
    ['`src/b.test.ts` "sets a secret"', "names src/b.test.ts, which does not exist"],
  ])("refuses %s", ([cell = "", message]) => {
    const problems = problemsOf({ "docs/compatibility.md": table(cell), "src/a.test.ts": tests })
    expect(problems).toEqual([`docs/compatibility.md:5 ${message}`])
  })

  test.for(["sets a key", "purges a secret"])("refuses a title that no running test has: %s", (title) => {
    const cells = ['`src/a.test.ts` "sets a secret"', `\`src/a.test.ts\` "${title}"`]
    const problems = problemsOf({ "docs/compatibility.md": table(...cells), "src/a.test.ts": tests })
    expect(problems).toEqual([`docs/compatibility.md:6: src/a.test.ts has no test "${title}" that runs`])
  })

  test("leaves tables without the column alone", () => {
    const text = `${table('`src/a.test.ts` "sets a secret"')}\n\n| Not offered | Why |\n| --- | --- |\n| Managed HSM | rare |\n`
    expect(problemsOf({ "docs/compatibility.md": text, "src/a.test.ts": tests })).toEqual([])
  })
})

describe("docs/errors", () => {
  const aadsts = 'export const aadsts = { 7000222: "expired", invalidSecret: { code: 7000215 }, status: 400 }'
  const keyvault =
    'export const errorCodes = ["SecretNotFound"] as const\n' +
    'export const innerErrors = { byRbac: "ForbiddenByRbac", Disabled: { status: 403 } } as const satisfies object\n' +
    'export const other = { a: "NotACode" }'

  test("reads the codes of the catalogues", () => {
    expect(aadstsCodes(aadsts)).toEqual(["AADSTS7000222", "AADSTS7000215"])
    expect(codesByName(keyvault)).toEqual(["SecretNotFound", "ForbiddenByRbac", "Disabled"])
  })

  test("takes a page or a heading for each", () => {
    const problems = problemsOf({
      "src/wire/aadsts.ts": aadsts,
      "src/wire/keyvault.ts": keyvault,
      "docs/errors/AADSTS7000222.md": "# Expired",
      "docs/errors/entra.md": "## AADSTS7000215: wrong secret",
      "docs/errors/keyvault.md": "## SecretNotFound\n\n### `ForbiddenByRbac`, `Disabled`\n",
    })
    expect(problems).toEqual([])
  })

  test("names the codes that have neither", () => {
    expect(
      problemsOf({
        "src/wire/aadsts.ts": aadsts,
        "docs/errors/entra.md": "AADSTS7000222\n\n## AADSTS7000215",
      }),
    ).toEqual([
      "src/wire/aadsts.ts has AADSTS7000222, docs/errors/ has neither a page AADSTS7000222.md nor a heading with it",
    ])
  })

  test("does not pass a catalogue that it cannot read", () => {
    expect(problemsOf({ "src/wire/keyvault.ts": "export const names = 1" })).toEqual([
      "src/wire/keyvault.ts has no code that tools/docs.ts can find",
    ])
  })
})

describe("links", () => {
  test("lead to files of ours, to headings and into the web", () => {
    const page =
      "[a](seed.md) [b](seed.md#members) [c](../README.md) [d](#below) [e](https://example.com/x.md)"
    expect(problemsOf({ "docs/a.md": page, "docs/seed.md": "", "README.md": "[docs](docs)" })).toEqual([])
  })

  test("that lead nowhere are told with their page", () => {
    const files = { "README.md": "[figures](docs/figures.md)", "docs/errors/a.md": "see [b](../b.md#part)" }
    expect(problemsOf(files)).toEqual([
      "README.md links to docs/figures.md, which does not exist",
      "docs/errors/a.md links to ../b.md, which does not exist",
    ])
  })
})
