import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"

const root = join(import.meta.dirname, "..")

// Stands in for src/cli/main.ts: tells what it was given, then ends as it is told.
const cli = `
const [how, value] = process.argv.slice(2)
const say = (signal: string) => (console.log(signal), process.exit(7))
if (how === "wait-and-say") process.on("SIGINT", say).on("SIGTERM", say)
if (how?.startsWith("wait")) setInterval(() => {}, 1000)
console.log(JSON.stringify(process.argv.slice(2)))
if (how === "exit") process.exit(Number(value))
if (how === "copy") process.stdin.pipe(process.stdout)
`

// Makes the first process, and not the one that it starts, take itself for Node 20.
const pretendOld = `
if (process.env.PRETEND_OLD) {
  delete process.env.PRETEND_OLD
  Object.defineProperty(process.versions, "node", { value: "20.20.2" })
}
`

let folder = ""
const running: ChildProcess[] = []

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "keybearer-entry-"))
  for (const name of ["clone", "published", "bare"]) {
    mkdirSync(join(folder, name), { recursive: true })
    cpSync(join(root, "bin"), join(folder, name, "bin"), { recursive: true })
    writeFileSync(join(folder, name, "package.json"), '{ "type": "module" }')
  }
  for (const name of ["clone", "published"]) {
    symlinkSync(join(root, "node_modules"), join(folder, name, "node_modules"))
    mkdirSync(join(folder, name, "dist", "cli"), { recursive: true })
    writeFileSync(join(folder, name, "dist", "cli", "main.js"), 'console.log("built")')
  }
  mkdirSync(join(folder, "clone", "src", "cli"), { recursive: true })
  writeFileSync(join(folder, "clone", "src", "cli", "main.ts"), cli)
  writeFileSync(join(folder, "pretend-old.cjs"), pretendOld)
})

afterAll(() => {
  for (const child of running) child.kill("SIGKILL")
  rmSync(folder, { recursive: true })
})

interface Ran {
  child: ChildProcess
  /** Resolves when so much has been printed. */
  said(text: string): Promise<void>
  ended: Promise<{ code: number | null; signal: string | null; out: string; err: string }>
}

function run(form: string, parameters: string[], { old = false, entry = "keybearer", input = "" } = {}): Ran {
  const script = join(folder, form, "bin", entry)
  const preload = old ? ["--require", join(folder, "pretend-old.cjs")] : []
  const child = spawn(process.execPath, [...preload, script, ...parameters], {
    env: { ...process.env, XDG_CACHE_HOME: join(folder, "cache"), ...(old && { PRETEND_OLD: "1" }) },
  })
  running.push(child)
  const printed = { out: "", err: "" }
  child.stdout.on("data", (chunk: Buffer) => (printed.out += chunk.toString()))
  child.stderr.on("data", (chunk: Buffer) => (printed.err += chunk.toString()))
  child.stdin.end(input)
  return {
    child,
    said: async (text) => {
      while (!printed.out.includes(text)) await once(child.stdout, "data")
    },
    ended: once(child, "close").then(([code, signal]: unknown[]) => {
      return { code: code as number | null, signal: signal as string | null, ...printed }
    }),
  }
}

describe.each([
  { what: "Node 24", old: false },
  { what: "an older Node, which starts the pinned one", old: true },
])("bin/keybearer on $what", ({ old }) => {
  test("runs the source of a clone with its arguments, and prints nothing of Node's own", async () => {
    const { code, out, err } = await run("clone", ["a b", "--c"], { old }).ended
    expect({ code, out, err }).toEqual({ code: 0, out: '["a b","--c"]\n', err: "" })
  })

  test("runs what is built when there is no source", async () => {
    const { code, out, err } = await run("published", [], { old }).ended
    expect({ code, out, err }).toEqual({ code: 0, out: "built\n", err: "" })
  })

  test("is also called kb", async () => {
    const { out } = await run("clone", ["x"], { old, entry: "kb" }).ended
    expect(out).toBe('["x"]\n')
  })

  test("ends with the command's exit code", async () => {
    expect(await run("clone", ["exit", "5"], { old }).ended).toMatchObject({ code: 5, signal: null })
  })

  test("passes standard input on", async () => {
    expect((await run("clone", ["copy"], { old, input: "text" }).ended).out).toBe('["copy"]\ntext')
  })

  test.for(["SIGINT", "SIGTERM"] as const)("lets the command answer %s", async (signal) => {
    const { child, said, ended } = run("clone", ["wait-and-say"], { old })
    await said("wait-and-say")
    child.kill(signal)
    expect(await ended).toMatchObject({ code: 7, signal: null, out: `["wait-and-say"]\n${signal}\n` })
  })

  test("dies of the signal that the command dies of", async () => {
    const { child, said, ended } = run("clone", ["wait"], { old })
    await said("wait")
    child.kill("SIGTERM")
    expect(await ended).toMatchObject({ code: null, signal: "SIGTERM" })
  })
})

describe("the bundle of a clone", () => {
  const bundle = () => join(folder, "clone", ".bundle", "cli", "main.mjs")
  const source = () => join(folder, "clone", "src", "cli", "main.ts")

  beforeAll(() => {
    mkdirSync(join(folder, "clone", ".bundle", "cli"), { recursive: true })
    writeFileSync(bundle(), 'console.log("bundled")')
  })
  afterAll(() => rmSync(bundle()))

  function setAges({ bundleMadeAt, sourceEditedAt }: { bundleMadeAt: number; sourceEditedAt: number }): void {
    const clone = join(folder, "clone")
    for (const path of ["src", "src/cli", "package.json"]) utimesSync(join(clone, path), 1000, 1000)
    utimesSync(source(), sourceEditedAt, sourceEditedAt)
    utimesSync(bundle(), bundleMadeAt, bundleMadeAt)
  }

  test("is run while it is newer than every source file", async () => {
    setAges({ bundleMadeAt: 3000, sourceEditedAt: 2000 })

    expect((await run("clone", ["x"]).ended).out).toBe("bundled\n")
  })

  // A bundle that hides an edit would cost a developer hours.
  test("is passed over once a source file was edited", async () => {
    setAges({ bundleMadeAt: 3000, sourceEditedAt: 3001 })

    expect((await run("clone", ["x"]).ended).out).toBe('["x"]\n')
  })
})

test("bin/keybearer on an older Node without the pinned one says what it needs and the cure", async () => {
  const { code, out, err } = await run("bare", ["x"], { old: true }).ended
  expect({ code, out }).toEqual({ code: 1, out: "" })
  expect(err).toBe(
    "keybearer needs Node 24 or newer; this is Node 20.20.2.\n" +
      "In a clone, run `npm ci`: it brings its own Node. Else install Node 24 or newer: https://nodejs.org\n",
  )
})
