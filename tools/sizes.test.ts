import { describe, expect, test } from "vitest"
import { measureFunctions, reportSizes } from "./sizes.ts"
import { parseSource } from "./sources.ts"

function functionOf(lines: number, name = "long", parameters = ""): string {
  return [
    `function ${name}(${parameters}) {`,
    ...Array.from({ length: lines - 2 }, () => "  act()"),
    "}",
  ].join("\n")
}

describe("sizes", () => {
  test("measures functions however they are written, from first to last line", () => {
    const source = parseSource(
      "src/a.ts",
      `function one() { return 1 }
const two = async (a: number, b: number) => {
  return a + b
}
class Three {
  method({ a }: { a: number }): void {
    const text = "} not the end {"
    this.call(() => {
      done(text, a)
    })
  }
}
const short = (a: number) => a + 1
declare function overload(a: string): void
`,
    )

    expect(measureFunctions(source)).toEqual([
      { path: "src/a.ts", line: 1, name: "one", lines: 1, parameters: 0 },
      { path: "src/a.ts", line: 2, name: "two", lines: 3, parameters: 2 },
      { path: "src/a.ts", line: 6, name: "method", lines: 6, parameters: 1 },
      { path: "src/a.ts", line: 8, name: "(anonymous)", lines: 3, parameters: 0 },
    ])
  })

  test("passes functions of 45 lines and fails the 90th percentile above that", () => {
    expect(reportSizes([parseSource("src/a.ts", functionOf(45))]).problems).toEqual([])
    expect(reportSizes([parseSource("src/a.ts", functionOf(46))]).problems).toEqual([
      "Functions: p90 is 46 lines, the limit is 45",
    ])
  })

  test("fails files whose 90th percentile is above 350 lines", () => {
    expect(reportSizes([parseSource("src/a.ts", "act()\n".repeat(350))]).problems).toEqual([
      "Files: p90 is 351 lines, the limit is 350",
    ])
  })

  test("names what is worth another look without failing", () => {
    const short = Array.from({ length: 20 }, (_, at) => functionOf(3, `short${at}`)).join("\n")
    const long = functionOf(61, "long", "a, b, c, d, e")
    const { offenders, problems } = reportSizes([parseSource("src/a.ts", `${short}\n${long}`)])
    expect(offenders).toEqual(["src/a.ts:61 long: 61 lines", "src/a.ts:61 long: 5 parameters"])
    expect(problems).toEqual([])
  })

  test("leaves tables and tests out", () => {
    const text = functionOf(500)
    for (const path of ["src/wire/aadsts.ts", "src/config/schema.ts", "src/a.test.ts", "tools/a.ts"]) {
      expect(reportSizes([parseSource(path, text)])).toMatchObject({ problems: [], offenders: [] })
    }
  })
})
