import { describe, test } from "vitest"
import { parseArguments, wantsHelp } from "./arguments.ts"
import type { Options } from "./command.ts"

const options = {
  name: { value: "NAME", short: "n", positional: true, required: true, sentence: "" },
  place: { value: "PLACE", positional: true, sentence: "" },
  kind: { value: "KIND", choices: ["big", "small"], sentence: "" },
  scope: { value: "SCOPE", many: true, sentence: "" },
  subscription: { value: "ID", short: "s", aliases: ["sub", "i"], sentence: "" },
  all: { short: "a", sentence: "" },
} as const satisfies Options

function parse(line: string) {
  const {
    output: _output,
    query: _query,
    verbose: _verbose,
    debug: _debug,
    help: _help,
    ...own
  } = parseArguments(
    line.split(" ").filter((word) => word !== ""),
    options,
  )
  const { "only-show-errors": _quiet, ...given } = own
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined && value !== false),
  )
}

describe("arguments", () => {
  test.for([
    ["--name x", { name: "x" }],
    ["--name=x", { name: "x" }],
    ["--name=", { name: "" }],
    ["--name=-x", { name: "-x" }],
    ["-n x", { name: "x" }],
    ["x", { name: "x" }],
    ["x y", { name: "x", place: "y" }],
    ["--name x y", { name: "x", place: "y" }],
    ["--all x", { name: "x", all: true }],
    ["x -a", { name: "x", all: true }],
    ["-- x", { name: "x" }],
    ["x --kind BIG", { name: "x", kind: "big" }],
    ["x --sub 1", { name: "x", subscription: "1" }],
    ["x -i 1", { name: "x", subscription: "1" }],
    ["x -s 1 --subscription 2", { name: "x", subscription: "2" }],
    ["--scope a b --name x", { scope: ["a", "b"], name: "x" }],
    ["--scope a --all x", { scope: ["a"], all: true, name: "x" }],
    ["x --scope", { name: "x", scope: [] }],
    ["x --scope=a b", { name: "x", scope: ["a", "b"] }],
    ["x --scope a --scope b", { name: "x", scope: ["a", "b"] }],
  ] as const)("%s", ([line, expected], { expect }) => {
    expect(parse(line)).toEqual(expected)
  })

  test.for([
    ["", "the following arguments are required: --name"],
    ["x --nmae y", "unrecognized arguments: --nmae"],
    ["x -z", "unrecognized arguments: -z"],
    ["x y z", "unrecognized arguments: 1 too many without a name"],
    ["--name", "argument --name: expected one argument"],
    ["--name --all", "argument --name: expected one argument"],
    ["x --all=1", "argument --all: takes no value"],
    ["x --kind middle", "argument --kind: invalid choice: 'middle' (choose from big, small)"],
    [
      "x -o xml",
      "argument --output: invalid choice: 'xml' (choose from json, jsonc, yaml, yamlc, table, tsv, none)",
    ],
  ] as const)("%j is refused with exit code 2", ([line, message], { expect }) => {
    expect(() => parse(line)).toThrow(expect.objectContaining({ message, exitCode: 2 }))
  })

  test("that are misspelt are told what was probably meant", ({ expect }) => {
    expect(() => parse("x --subscripton 1")).toThrow(
      expect.objectContaining({ hints: ["Did you mean --subscription?"] }),
    )
    expect(() => parse("x --kind bog")).toThrow(expect.objectContaining({ hints: ["Did you mean big?"] }))
  })

  test("a switch that is not given is false, and so can be relied on", ({ expect }) => {
    expect(parseArguments(["x"], options)).toMatchObject({ all: false, verbose: false, debug: false })
  })
})

describe("help", () => {
  test.for([
    [["--help"], true],
    [["x", "-h"], true],
    [["--", "--help"], false],
    [["x"], false],
  ] as const)("%j: %s", ([args, expected], { expect }) => {
    expect(wantsHelp(args)).toBe(expected)
  })
})
