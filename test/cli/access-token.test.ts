import { spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, test } from "vitest"
import { readTokenClaims } from "../../src/sdk/index.ts"
import type { Bootstrap } from "../../src/domain/installation/index.ts"
import { bootListening, type Listening } from "../boot.ts"
import { testSubscriptionId, testTenantId } from "../installation.ts"
import { Shell } from "./shell.ts"

let listening: Listening
let bootstrap: Bootstrap
const shell = new Shell()

beforeAll(async () => {
  listening = await bootListening()
  if (!listening.server.bootstrap) throw new Error("The first start makes an operator")
  bootstrap = listening.server.bootstrap
  await shell.signIn(bootstrap)
})

afterAll(() => listening.close())

interface AccessToken {
  accessToken: string
  expires_on: number
}

describe("a token", () => {
  test("is for the resource manager when nothing else is said", async ({ expect }) => {
    const answer = (await shell.json("account get-access-token")) as AccessToken

    expect(answer).toEqual({
      accessToken: expect.stringMatching(/^eyJ/),
      expiresOn: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.000000$/),
      expires_on: expect.any(Number),
      subscription: testSubscriptionId,
      tenant: testTenantId,
      tokenType: "Bearer",
    })
    expect(readTokenClaims(answer.accessToken).aud).toBe("https://management.core.windows.net/")
  })

  test.for([
    ["--resource https://vault.azure.net", "https://vault.azure.net"],
    ["--scope https://vault.azure.net/.default", "https://vault.azure.net"],
    ["--resource-type arm", "https://management.core.windows.net/"],
    [
      "--scope https://vault.azure.net/.default --resource https://management.core.windows.net/",
      "https://vault.azure.net",
    ],
    ["--scope", "https://management.core.windows.net/"],
    ["--resource=", "https://management.core.windows.net/"],
  ] as const)("by %s is for it", async ([words, audience], { expect }) => {
    const { accessToken } = (await shell.json(`account get-access-token ${words}`)) as AccessToken

    expect(readTokenClaims(accessToken).aud).toBe(audience)
  })

  test("of a tenant names that and no subscription", async ({ expect }) => {
    const answer = await shell.json(`account get-access-token --tenant ${testTenantId}`)

    expect(Object.keys(answer as object)).toEqual([
      "accessToken",
      "expiresOn",
      "expires_on",
      "tenant",
      "tokenType",
    ])
  })

  test.for(["--subscription", "-s", "--name", "-n"])(
    "by %s takes id or name, whatever the case",
    async (option, { expect }) => {
      const answer = await shell.json(`account get-access-token ${option} KEYBEARER`)

      expect(answer).toMatchObject({ subscription: testSubscriptionId })
    },
  )

  test("is cached, and renewed within its last 300 seconds", async ({ expect }) => {
    const own = new Shell()
    await own.signIn(bootstrap)
    const first = (await own.json(
      "account get-access-token --resource https://vault.azure.net",
    )) as AccessToken
    own.now = () => first.expires_on - 300
    const second = (await own.json(
      "account get-access-token --resource https://vault.azure.net",
    )) as AccessToken
    own.now = () => first.expires_on - 299
    const third = (await own.json(
      "account get-access-token --resource https://vault.azure.net",
    )) as AccessToken

    expect(second.accessToken).toBe(first.accessToken)
    expect(third.accessToken).not.toBe(first.accessToken)
  })
})

// The texts and exit codes of contracts/az.md 5.3.
describe("a refusal", () => {
  const signInHint = "To sign in: keybearer login --help\n"

  test.for([
    ["account get-access-token", 1, `Please run 'az login' to setup account.\n${signInHint}`],
    ["account show", 1, `Please run 'az login' to setup account.\n${signInHint}`],
  ] as const)("of somebody not signed in: %s", async ([line, code, text], { expect }) => {
    expect(await new Shell().run(line)).toEqual({ code, out: "", err: `ERROR: ${text}` })
  })

  test.for([
    ["-s x", 1, "Subscription 'x' not found. Check the spelling and casing and try again."],
    ["-s x -t y", 1, "Please specify only one of subscription and tenant, not both"],
    ["--foo", 2, "unrecognized arguments: --foo"],
    ["--tennant x", 2, "unrecognized arguments: --tennant\nDid you mean --tenant?"],
    ["--query [", 2, "argument --query: invalid jmespath_type value: '['"],
    [
      "--resource-type vm",
      2,
      "argument --resource-type: invalid choice: 'vm' (choose from aad-graph, arm, batch, data-lake, media, ms-graph, oss-rdbms)",
    ],
  ] as const)("of %s", async ([words, code, text], { expect }) => {
    const ran = await shell.run(`account get-access-token ${words}`)

    expect({ ...ran, err: ran.err.slice(0, text.length + 8) }).toEqual({
      code,
      out: "",
      err: `ERROR: ${text}\n`,
    })
  })

  test("of a resource type that the server has no endpoint for", async ({ expect }) => {
    const { code, err } = await shell.run("account get-access-token --resource-type batch")

    expect(code).toBe(1)
    expect(err).toMatch(/^ERROR: The endpoint 'batch_resource_id' for this cloud is not set but is used\.\n/)
  })

  test("of an unknown resource has the text of the token service", async ({ expect }) => {
    const { code, out, err } = await shell.run("account get-access-token --resource https://unknown.example")

    expect({ code, out }).toEqual({ code: 1, out: "" })
    expect(err).toMatch(/^ERROR: AADSTS500011: /)
  })

  test("of accounts none of which is in use", async ({ expect }) => {
    const own = new Shell()
    await own.signIn(bootstrap)
    const path = join(own.configFolder, "profile.json")
    writeFileSync(path, readFileSync(path, "utf8").replace('"isDefault": true', '"isDefault": false'))

    expect(await own.run("account get-access-token")).toEqual({
      code: 1,
      out: "",
      err: "ERROR: No subscription found. Run 'az account set' to select a subscription.\nHere: keybearer account set --subscription ID\n",
    })
  })

  test("never shows a secret or a token, not even with --debug", async ({ expect }) => {
    const own = new Shell()
    await own.signIn(bootstrap)

    const { err } = await own.run("account get-access-token --resource https://unknown.example --debug")

    expect(err).toContain("DEBUG: POST ")
    expect(err).not.toContain(bootstrap.operator.clientSecret)
    expect(err).not.toMatch(/eyJ\w{10}/)
  })
})

describe("bin/hot.js", () => {
  const hot = join(import.meta.dirname, "..", "..", "bin", "hot.js")
  const script = `process.exitCode = require(${JSON.stringify(hot)}).answerFromCache(process.argv.slice(1), process.env) ? 0 : 9`

  function runHot(line: string, own = shell) {
    const env = { ...own.env, TZ: process.env.TZ }
    const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", script, "--", ...line.split(" ")], {
      env,
    })
    return { code: status, out: stdout.toString(), err: stderr.toString() }
  }

  beforeAll(async () => {
    for (const words of ["", " --resource https://vault.azure.net", ` --tenant ${testTenantId}`]) {
      await shell.json(`account get-access-token${words}`)
    }
  })

  test.for([
    "account get-access-token",
    "account get-access-token -o json",
    "account get-access-token --output json --resource https://vault.azure.net",
    "account get-access-token --resource https://vault.azure.net --output json",
    "account get-access-token --scope https://vault.azure.net/.default",
    "account get-access-token --scope https://vault.azure.net/.default --resource https://management.core.windows.net/",
    `account get-access-token --output json --resource https://vault.azure.net --tenant ${testTenantId}`,
    `account get-access-token -t ${testTenantId}`,
    "account get-access-token -s KeyBearer",
    `account get-access-token --subscription ${testSubscriptionId}`,
  ])("prints the same bytes as the whole program: %s", async (line, { expect }) => {
    const whole = await shell.run(line)

    expect(whole.code).toBe(0)
    expect(runHot(line)).toEqual(whole)
  })

  test.for([
    "account get-access-token -o table",
    "account get-access-token --query accessToken",
    "account get-access-token --help",
    "account get-access-token --resource",
    "account get-access-token --resource=https://vault.azure.net",
    "account get-access-token --scope a b",
    "account get-access-token --resource https://not.cached",
    "account get-access-token -s unknown",
    "account get-access-token --tenant contoso.test",
    `account get-access-token -s keybearer -t ${testTenantId}`,
    "account show",
    "--debug account get-access-token",
  ])("leaves to the whole program what it does not know: %s", (line, { expect }) => {
    expect(runHot(line)).toEqual({ code: 9, out: "", err: "" })
  })

  test("leaves it all to the whole program when nobody is signed in, or a file is broken", async ({
    expect,
  }) => {
    const nobody = new Shell()
    expect(runHot("account get-access-token", nobody)).toEqual({ code: 9, out: "", err: "" })

    await nobody.signIn(bootstrap)
    expect(runHot("account get-access-token", nobody)).toMatchObject({ code: 0 })
    writeFileSync(join(nobody.configFolder, "tokens.json"), "{")
    expect(runHot("account get-access-token", nobody)).toEqual({ code: 9, out: "", err: "" })
  })

  test("hands out no token that ends within 300 seconds", async ({ expect }) => {
    const own = new Shell()
    await own.signIn(bootstrap)
    const path = join(own.configFolder, "tokens.json")
    const inSeconds = (seconds: number) => {
      const expiresAt = Math.floor(Date.now() / 1000) + seconds
      writeFileSync(path, readFileSync(path, "utf8").replace(/"expiresAt":\d+/, `"expiresAt":${expiresAt}`))
    }

    inSeconds(290)
    expect(runHot("account get-access-token", own)).toMatchObject({ code: 9, out: "" })
    inSeconds(330)
    expect(runHot("account get-access-token", own)).toMatchObject({ code: 0 })
  })

  test("answers a pipe that is closed or full without a word", ({ expect }) => {
    const bin = join(import.meta.dirname, "..", "..", "bin", "keybearer")
    const { stdout, stderr } = spawnSync(
      "sh",
      ["-c", `"${process.execPath}" "${bin}" account get-access-token | head -c 1`],
      {
        env: { ...process.env, ...shell.env },
      },
    )

    expect([stdout.toString(), stderr.toString()]).toEqual(["{", ""])
  })
})
