import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, test } from "vitest"

const root = join(import.meta.dirname, "..", "..")
const folder = mkdtempSync(join(tmpdir(), "keybearer-serve-"))
const environment = { PATH: process.env.PATH, HOME: folder, KEYBEARER_CONFIG_DIR: join(folder, "config") }
const running: ChildProcess[] = []

afterAll(() => {
  for (const child of running) child.kill("SIGKILL")
  rmSync(folder, { recursive: true })
})

interface Served {
  child: ChildProcess
  printed: { out: string; err: string }
}

/** As `npm start` does, from the repository's folder; resolves when everything that is printed is there. */
async function serve(...flags: string[]): Promise<Served> {
  const child = spawn(process.execPath, ["bin/keybearer", "serve", ...flags], { cwd: root, env: environment })
  running.push(child)
  const printed = { out: "", err: "" }
  child.stdout.on("data", (chunk: Buffer) => (printed.out += chunk.toString()))
  child.stderr.on("data", (chunk: Buffer) => (printed.err += chunk.toString()))
  while (!printed.out.includes("Ctrl-C")) {
    if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}: ${printed.err}`)
    await Promise.race([once(child.stdout, "data"), once(child, "exit")])
  }
  return { child, printed }
}

async function stop({ child }: Served, signal: NodeJS.Signals): Promise<number | null> {
  const ended = once(child, "exit")
  child.kill(signal)
  const [code] = (await ended) as [number | null]
  return code
}

/** The lines below `Try it`, pasted into a shell as they are. */
function paste(out: string) {
  const [, commands = ""] = /Try it, in another terminal:\n((?: {2}.+\n)+)/.exec(out) ?? []
  return commands
    .trimEnd()
    .split("\n")
    .map((line) => {
      const ran = spawnSync("sh", ["-c", line.trim()], { cwd: root, env: environment })
      return { line: line.trim(), code: ran.status, err: ran.stderr.toString() }
    })
}

describe("a server", () => {
  test("says where everything is and three commands that work as printed, at its first and every later start", async ({
    expect,
  }) => {
    const data = join(folder, "data")
    const bootstrapFile = join(data, "bootstrap.json")
    const flags = ["--data", data, "--bootstrap-file", bootstrapFile, "--port", "0", "--http-port", "0"]

    const first = await serve(...flags)
    const atFirst = first.printed.out
    const { authority, vaultSuffix, managedIdentity, administrator, operator } = JSON.parse(
      readFileSync(bootstrapFile, "utf8"),
    )

    expect(atFirst).toBe(`First start. Shown this once:
  Administrator  ${administrator.userPrincipalName}
  Password       in ${bootstrapFile}
  Operator       ${operator.clientId}
  Client secret  in ${bootstrapFile}

keybearer serves
  Authority, ARM, Graph  ${authority}
  Vaults                 https://{name}.${vaultSuffix}
  App tokens             ${managedIdentity}
  Managed identity       ${managedIdentity}/metadata/identity/oauth2/token
  Health                 ${managedIdentity}/health/ready
  CA certificate         ${join(data, "tls", "ca.pem")}
  Data                   ${data}

Try it, in another terminal:
  bin/keybearer login --bootstrap ${bootstrapFile}
  bin/keybearer vault create demo --assign-role "Key Vault Administrator"
  bin/keybearer vault secret set greeting --vault-name demo --value hello

Ctrl-C stops it.
`)
    expect(paste(atFirst).map(({ code, err }) => [code, err])).toEqual([
      [0, ""],
      [0, ""],
      [0, ""],
    ])
    expect(await stop(first, "SIGTERM")).toBe(0)
    expect(statSync(bootstrapFile).mode & 0o777).toBe(0o600)

    const ports = ["--port", new URL(authority).port, "--http-port", new URL(managedIdentity).port]
    const second = await serve(...flags.slice(0, 4), ...ports)

    expect(second.printed.out).toBe(atFirst.slice(atFirst.indexOf("keybearer serves")))
    expect(paste(second.printed.out).map(({ code, err }) => [code, err])).toEqual([
      [0, ""],
      [0, ""],
      [0, ""],
    ])
    expect(await stop(second, "SIGINT")).toBe(0)
    for (const { err } of [first.printed, second.printed]) {
      expect(err).not.toContain(administrator.password)
      expect(err).not.toContain(operator.clientSecret)
    }
  }, 30_000)

  test("without a bootstrap file shows the operator's secret once, and a sign-in that asks for it", async ({
    expect,
  }) => {
    const served = await serve("--ephemeral", "--port", "0", "--http-port", "0")
    const { out } = served.printed
    const [, clientId = "", secret = ""] = /Operator +(\S+)\n +Client secret +(\S+)\n/.exec(out) ?? []
    const [, line = ""] = /\n {2}(bin\/keybearer login .+)\n/.exec(out) ?? []

    expect(line).toMatch(
      new RegExp(`^bin/keybearer login --service-principal --username ${clientId} --tenant `),
    )
    expect(out).toContain("  Data                   in memory, gone at the end\n")
    const env = { ...environment, KEYBEARER_CONFIG_DIR: join(folder, "other"), SECRET: secret }
    const signedIn = spawnSync("sh", ["-c", `${line} --secret-env SECRET`], { cwd: root, env })
    expect([signedIn.status, signedIn.stderr.toString()]).toEqual([0, ""])
    expect(await stop(served, "SIGTERM")).toBe(0)
  }, 30_000)

  test("that cannot listen says which port, and ends", async ({ expect }) => {
    const flags = ["--ephemeral", "--http-port", "0"]
    const served = await serve(...flags, "--port", "0")
    const [, port = ""] = /https:\/\/localhost:(\d+)/.exec(served.printed.out) ?? []

    const second = spawnSync(process.execPath, ["bin/keybearer", "serve", ...flags, "--port", port], {
      cwd: root,
      env: environment,
    })

    expect([second.status, second.stdout.toString()]).toEqual([1, ""])
    expect(second.stderr.toString()).toContain(port)
    expect(second.stderr.toString()).toMatch(/^ERROR: .+\n$/s)
    await stop(served, "SIGTERM")
  }, 30_000)

  test("with a wrong configuration tells all that is wrong, with exit code 2", ({ expect }) => {
    const words = ["serve", "--prot", "1", "--http-port", "x", "--host", "example.com"]
    const { status, stdout, stderr } = spawnSync(process.execPath, ["bin/keybearer", ...words], {
      cwd: root,
      env: environment,
    })

    expect([status, stdout.toString()]).toEqual([2, ""])
    expect(stderr.toString()).toMatch(/^ERROR: Cannot start: the configuration has 3 problems\n- /)
    expect(stderr.toString()).toContain("All options: bin/keybearer serve --help\n")
  })
})
