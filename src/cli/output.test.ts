import { describe, test } from "vitest"
import { printAnswer } from "./output.ts"

// What az 2.45 prints for the same answers (contracts/az.md 5.2).
const token = {
  tokenType: "Bearer",
  tenant: "t",
  subscription: "s",
  expires_on: 1795256532,
  expiresOn: "2026-11-21 10:22:12.000000",
  accessToken: "eyJ",
}

const formats = [
  [
    "json",
    `{
  "accessToken": "eyJ",
  "expiresOn": "2026-11-21 10:22:12.000000",
  "expires_on": 1795256532,
  "subscription": "s",
  "tenant": "t",
  "tokenType": "Bearer"
}
`,
  ],
  [
    "table",
    `AccessToken    ExpiresOn                   Expires_on    Subscription    Tenant    TokenType
-------------  --------------------------  ------------  --------------  --------  -----------
eyJ            2026-11-21 10:22:12.000000  1795256532    s               t         Bearer
`,
  ],
  ["tsv", "eyJ\t2026-11-21 10:22:12.000000\t1795256532\ts\tt\tBearer\n"],
  [
    "yaml",
    `accessToken: eyJ
expiresOn: '2026-11-21 10:22:12.000000'
expires_on: 1795256532
subscription: s
tenant: t
tokenType: Bearer
`,
  ],
  ["none", ""],
] as const

describe("an access token", () => {
  test.for(formats)("is printed as %s as az does", async ([format, expected], { expect }) => {
    expect(await printAnswer(token, { format })).toBe(expected)
  })

  test.for([
    ["jsonc", "json"],
    ["yamlc", "yaml"],
  ] as const)("is printed as %s like %s where there is no colour", async ([colored, plain], { expect }) => {
    expect(await printAnswer(token, { format: colored })).toBe(await printAnswer(token, { format: plain }))
  })
})

const accounts = [
  { id: "1", name: "Ü", isDefault: true, tags: ["a", "b"], user: { name: "u" }, none: null },
  { id: "2", name: "B", isDefault: false, tags: [], user: {}, none: null },
]

describe("a query", () => {
  test.for([
    ["accessToken", "json", '"eyJ"\n'],
    ["accessToken", "tsv", "eyJ\n"],
    ["missing", "json", ""],
    ["missing", "tsv", ""],
    ["{b:tokenType,a:tenant}", "tsv", "Bearer\tt\n"],
    ["{b:tokenType,a:tenant}", "json", '{\n  "a": "t",\n  "b": "Bearer"\n}\n'],
    ["{b:tokenType,a:tenant}", "table", "B       A\n------  ---\nBearer  t\n"],
    ["[tenant, tokenType]", "tsv", "t\nBearer\n"],
  ] as const)("%s as %s", async ([query, format, expected], { expect }) => {
    expect(await printAnswer(token, { format, query })).toBe(expected)
  })

  test.for([
    ["[].name", "tsv", "Ü\nB\n"],
    ["[0]", "tsv", "1\tTrue\tÜ\tNone\t2\t\n"],
    ["[].isDefault", "tsv", "true\nfalse\n"],
    ["[].{n:name,i:id}", "tsv", "Ü\t1\nB\t2\n"],
    ["[].[name,isDefault]", "tsv", "Ü\tTrue\nB\tFalse\n"],
    ["[?isDefault].name | [0]", "tsv", "Ü\n"],
    ["length(@)", "json", "2\n"],
    ["[]", "table", "Name    IsDefault\n------  -----------\nÜ       True\nB       False\n"],
  ] as const)("%s of a list as %s", async ([query, format, expected], { expect }) => {
    expect(await printAnswer(accounts, { format, query })).toBe(expected)
  })

  test("that makes no sense is told with exit code 2", async ({ expect }) => {
    await expect(printAnswer(token, { format: "json", query: "[" })).rejects.toMatchObject({
      exitCode: 2,
      message: "argument --query: invalid jmespath_type value: '['",
    })
  })
})

describe("an answer", () => {
  test.for(["json", "table", "tsv", "yaml", "none"])(
    "that is nothing prints nothing as %s",
    async (format, { expect }) => {
      expect(await printAnswer(undefined, { format })).toBe("")
      expect(await printAnswer(null, { format })).toBe("")
    },
  )

  test("that is empty is printed so", async ({ expect }) => {
    expect(await printAnswer([], { format: "json" })).toBe("[]\n")
    expect(await printAnswer([], { format: "tsv" })).toBe("")
    expect(await printAnswer([], { format: "table" })).toBe("\n")
    expect(await printAnswer({}, { format: "json" })).toBe("{}\n")
  })

  test("leaves lists, objects, nothing and ids out of tables", async ({ expect }) => {
    expect(await printAnswer(accounts, { format: "table" })).toBe(
      "IsDefault    Name\n-----------  ------\nTrue         Ü\nFalse        B\n",
    )
  })

  test("is put into columns of the command's own, when it has some", async ({ expect }) => {
    const toTable = (rows: { name: string; id: string }[]) =>
      rows.map(({ name, id }) => ({ Name: name, Number: id }))

    expect(await printAnswer(accounts, { format: "table", toTable })).toBe(
      "Name    Number\n------  --------\nÜ       1\nB       2\n",
    )
  })

  test("keeps its letters as they are", async ({ expect }) => {
    expect(await printAnswer({ ä: "€" }, { format: "json" })).toBe('{\n  "ä": "€"\n}\n')
  })
})
