import { chmodSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
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
  await shell.json("vault", "create", "demo", "--assign-role", "Key Vault Administrator")
})

afterAll(() => listening.close())

describe("token get", () => {
  test("prints the token alone, for the account that is signed in", async ({ expect }) => {
    const { code, out, err } = await shell.run("token get --resource https://vault.azure.net")

    expect({ code, err }).toEqual({ code: 0, err: "" })
    expect(out).toMatch(/^eyJ[\w.-]+\n$/)
    expect(readTokenClaims(out).aud).toBe("https://vault.azure.net")
  })

  test("needs no sign-in: only the metadata endpoint, an id and its proof", async ({ expect }) => {
    const own = new Shell()
    own.env.KEYBEARER_CA = bootstrap.caCertificate
    own.env.SECRET = bootstrap.operator.clientSecret
    const metadata = `${bootstrap.authority}/${testTenantId}/v2.0/.well-known/openid-configuration`
    const line = ["token", "get", "--app-id", bootstrap.operator.clientId, "--secret-env", "SECRET"]

    const answer = await own.json(
      ...line,
      "--metadata-endpoint",
      metadata,
      "--scope",
      "https://vault.azure.net/.default",
      "-o",
      "json",
    )

    expect(answer).toEqual({
      accessToken: expect.stringMatching(/^eyJ/),
      expiresOn: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/),
      expires_on: expect.any(Number),
      tokenType: "Bearer",
    })
    expect(() => readdirSync(own.configFolder)).toThrow("ENOENT")
  })

  // A cached token would let a wrong secret pass.
  test("proves what is given, whatever is cached", async ({ expect }) => {
    shell.env.SECRET = "not-the-secret"
    const line = [
      "token",
      "get",
      "--app-id",
      bootstrap.operator.clientId,
      "--secret-env",
      "SECRET",
      "--tenant",
      testTenantId,
    ]

    const { code, err } = await shell.run(
      ...line,
      "--authority",
      bootstrap.authority,
      "--resource",
      "https://vault.azure.net",
    )

    expect(code).toBe(1)
    expect(err).toMatch(/^ERROR: AADSTS7000215: /)
  })

  test.for([
    ["--app-id a --resource r", "the following arguments are required: --tenant or --metadata-endpoint"],
    ["--app-id a --tenant t", "the following arguments are required: --scope or --resource"],
    [
      "--app-id a --resource r --metadata-endpoint https://localhost",
      'Not a metadata endpoint: "https://localhost". It ends with /{tenant}/v2.0/.well-known/openid-configuration',
    ],
  ] as const)("%s is refused", async ([words, text], { expect }) => {
    expect(await shell.run(`token get ${words}`)).toMatchObject({ out: "", err: `ERROR: ${text}\n` })
  })
})

describe("token list", () => {
  test("shows one line a token and no value", async ({ expect }) => {
    const own = new Shell()
    await own.signIn(bootstrap)
    await own.json("account get-access-token --resource https://vault.azure.net")

    const { out } = await own.run("token list")
    const [head, , ...lines] = out.trimEnd().split("\n")

    expect(head?.split(/ +/)).toEqual(["Resource", "Tenant", "User", "Scopes", "ExpiresOn"])
    expect(lines.map((line) => line.split(/ {2,}/).slice(0, 4))).toEqual([
      [
        "https://vault.azure.net",
        testTenantId,
        bootstrap.operator.clientId,
        "https://vault.azure.net/.default",
      ],
      [
        "https://management.core.windows.net/",
        testTenantId,
        bootstrap.operator.clientId,
        "https://management.core.windows.net//.default",
      ],
    ])
    expect(out).not.toContain("eyJ")
  })

  test("is filtered by resource, tenant and user, and shows values when asked", async ({ expect }) => {
    const own = new Shell()
    await own.signIn(bootstrap)
    await own.json("account get-access-token --resource https://vault.azure.net")
    const count = async (words: string) =>
      ((await own.json(`token list ${words} -o json`)) as unknown[]).length

    expect(await count("--resource https://VAULT.azure.net/")).toBe(1)
    expect(await count(`--tenant ${testTenantId}`)).toBe(2)
    expect(await count("--tenant other")).toBe(0)
    expect(await count(`--user ${bootstrap.operator.clientId}`)).toBe(2)
    expect(await own.json("token", "list", "--show", "--query", "[0].accessToken", "-o", "json")).toMatch(
      /^eyJ/,
    )
    expect(await own.json("token list --query [0].accessToken -o json")).toBe(undefined)
  })

  test("of nothing is empty", async ({ expect }) => {
    expect(await new Shell().run("token list")).toEqual({ code: 0, out: "", err: "" })
  })
})

describe("rest", () => {
  test.for([
    [
      "a vault",
      (suffix: string) => `https://demo.${suffix}/deletedsecrets?api-version=7.4`,
      { nextLink: null, value: [] },
    ],
    [
      "the resource manager, by path alone",
      () => "/subscriptions/{subscriptionId}?api-version=2022-12-01",
      { subscriptionId: testSubscriptionId },
    ],
  ] as const)("finds the token for %s", async ([, address, expected], { expect }) => {
    const url = address(bootstrap.vaultSuffix)

    expect(await shell.json("rest", "--url", url)).toMatchObject(expected)
  })

  test("sends a body from text, file or pipe", async ({ expect }) => {
    const url = (name: string) => `https://demo.${bootstrap.vaultSuffix}/secrets/${name}?api-version=7.4`
    const file = shell.file("body.json", '{"value":"from a file"}')
    shell.input = '{"value":"from a pipe"}'

    const texts = await Promise.all([
      shell.json("rest", "-m", "put", "-u", url("a"), "-b", '{"value":"text"}', "--query", "value"),
      shell.json("rest", "-m", "put", "-u", url("b"), "-b", `@${file}`, "--query", "value"),
      shell.json("rest", "-m", "put", "-u", url("c"), "-b", "@-", "--query", "value"),
    ])

    expect(texts).toEqual(["text", "from a file", "from a pipe"])
  })

  test("sends headers as they are given, and none of its own beside a given Authorization", async ({
    expect,
  }) => {
    const url = `https://demo.${bootstrap.vaultSuffix}/secrets?api-version=7.4`

    const { code, err } = await shell.run(
      "rest",
      "--url",
      url,
      "--headers",
      "Authorization=Bearer nonsense",
      "x-own=1",
    )

    expect(code).toBe(1)
    expect(err).toMatch(/^ERROR: \(Unauthorized\) /)
  })

  test("calls other addresses without a token, and says so", async ({ expect }) => {
    expect(await shell.run("rest", "--url", `${bootstrap.managedIdentity}/health/ready`)).toEqual({
      code: 0,
      out: '{\n  "status": "ready"\n}\n',
      err: "WARNING: Can't derive appropriate Azure AD resource from --url to acquire an access token. If access token is required, use --resource to specify the resource\n",
    })
  })

  test("writes an answer to a file for its owner only", async ({ expect }) => {
    const file = join(shell.folder, "answer.json")

    const ran = await shell.run(
      "rest",
      "--url",
      `${bootstrap.managedIdentity}/health/ready`,
      "--output-file",
      file,
      "--skip-authorization-header",
    )

    expect(ran).toEqual({ code: 0, out: "", err: "" })
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ status: "ready" })
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  test("sends no token in clear text beyond this machine", async ({ expect }) => {
    expect(await shell.run("rest --url http://example.com/ --resource https://vault.azure.net")).toEqual({
      code: 2,
      out: "",
      err: "ERROR: argument --url: a token is not sent without https\nAdd --skip-authorization-header to send none.\n",
    })
  })

  test.for([
    ["rest", "the following arguments are required: --url"],
    ["rest --url nonsense", "argument --url: not a web address: 'nonsense'"],
    ["rest --url https://x/ --headers nonsense", "argument --headers: not of the form NAME=VALUE"],
    [
      "rest --url https://x/ --method brew",
      "argument --method: invalid choice: 'brew' (choose from get, post, put, patch, delete, head, options)",
    ],
  ] as const)("refused: %s", async ([line, text], { expect }) => {
    expect(await shell.run(line)).toMatchObject({ code: 2, err: `ERROR: ${text}\n` })
  })
})

describe("trust", () => {
  test("names the certificate for each runtime, and makes the bundle that some need", async ({ expect }) => {
    const { out } = await shell.run("trust")
    const bundle = join(shell.configFolder, "ca-bundle.pem")

    expect(out).toContain(`export NODE_EXTRA_CA_CERTS='${bootstrap.caCertificate}'\n`)
    expect(out).toContain(`export REQUESTS_CA_BUNDLE='${bundle}'\n`)
    const certificates = readFileSync(bundle, "utf8")
    expect(certificates).toContain(readFileSync(bootstrap.caCertificate, "utf8").trim())
    expect(certificates.match(/BEGIN CERTIFICATE/g)?.length).toBeGreaterThan(50)
  })

  test("of one runtime can be evaluated by a shell", async ({ expect }) => {
    expect(await shell.run("trust --runtime node")).toEqual({
      code: 0,
      err: "",
      out: `# node: Node programs of this shell\nexport NODE_EXTRA_CA_CERTS='${bootstrap.caCertificate}'\n`,
    })
  })

  test("needs a certificate", async ({ expect }) => {
    expect(await new Shell().run("trust")).toEqual({
      code: 1,
      out: "",
      err: "ERROR: No server with a certificate of its own is signed in to\nGive its CA certificate: keybearer trust --ca-certificate data/tls/ca.pem\n",
    })
  })
})

describe("doctor", () => {
  test("finds nothing wrong where nothing is", async ({ expect }) => {
    const { code, out } = await shell.run("doctor")

    expect(code).toBe(0)
    expect(out).toContain(`ok   server: ${bootstrap.authority} answers and is trusted\n`)
    expect(out).toContain("ok   clock: agrees with the server's\n")
    expect(out).not.toContain("BAD")
  })

  test("finds files that others may read, and says the command that cures it", async ({ expect }) => {
    const own = new Shell()
    await own.signIn(bootstrap)
    const path = join(own.configFolder, "credentials.json")
    chmodSync(path, 0o644)

    const { code, out, err } = await own.run("doctor")

    expect({ code, err }).toEqual({ code: 1, err: "ERROR: 1 thing is wrong\n" })
    expect(out).toContain(`BAD  files: others may read ${path}\n     chmod 600 '${path}'\n`)
  })

  test("finds a clock that is off", async ({ expect }) => {
    const own = new Shell()
    await own.signIn(bootstrap)
    own.now = () => Math.floor(Date.now() / 1000) + 600

    const { code, out } = await own.run("doctor")

    expect(code).toBe(1)
    expect(out).toMatch(/BAD {2}clock: is (599|600|601) seconds off the server's\n/)
  })

  test("finds a server that is gone, and proxies", async ({ expect }) => {
    const own = new Shell()
    const gone = await bootListening()
    const told = gone.server.bootstrap!
    await own.signIn({ ...told, caCertificate: own.file("ca.pem", readFileSync(told.caCertificate)) })
    await gone.close()
    own.env.HTTPS_PROXY = "http://proxy.example"

    const { code, out } = await own.run("doctor")

    expect(code).toBe(1)
    expect(out).toContain(
      `BAD  server: Cannot reach ${told.authority}: ECONNREFUSED\n     Start it: keybearer serve\n`,
    )
    expect(out).toContain("note proxy: HTTPS_PROXY lead")
  })

  test("finds a CA certificate that is gone", async ({ expect }) => {
    const own = new Shell()
    const caCertificate = own.file("ca.pem", readFileSync(bootstrap.caCertificate))
    await own.signIn({ ...bootstrap, caCertificate })
    rmSync(caCertificate)

    const { code, out } = await own.run("doctor")

    expect(code).toBe(1)
    expect(out).toContain(`BAD  trust: Cannot read the CA certificate ${caCertificate}\n`)
  })
})
