import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, test } from "vitest"
import { systemCaller } from "../../src/domain/access/index.ts"
import { addClientCertificate } from "../../src/domain/applications/index.ts"
import type { Bootstrap } from "../../src/domain/installation/index.ts"
import { bootListening, type Listening } from "../boot.ts"
import { testSubscriptionId, testTenantDomain, testTenantId } from "../installation.ts"
import { issueCertificate } from "../certificates.ts"
import { Seed, type SeededApplication } from "../seed.ts"
import { Shell } from "./shell.ts"

let listening: Listening
let bootstrap: Bootstrap
let seed: Seed
/** Owns nothing: tokens are all it gets. */
let stranger: SeededApplication

beforeAll(async () => {
  listening = await bootListening()
  if (!listening.server.bootstrap) throw new Error("The first start makes an operator")
  bootstrap = listening.server.bootstrap
  seed = new Seed(listening.server.context, systemCaller(testTenantId))
  stranger = await seed.application()
})

afterAll(() => listening.close())

/** Arguments that name the server, as all sign-ins but that by bootstrap file need. */
function where(): string[] {
  return ["--authority", bootstrap.authority, "--ca-certificate", bootstrap.caCertificate]
}

function asOperator(...proof: string[]): string[] {
  const { clientId } = bootstrap.operator
  return [
    "login",
    "--service-principal",
    "--username",
    clientId,
    "--tenant",
    testTenantId,
    ...proof,
    ...where(),
  ]
}

function account(name: string) {
  return {
    cloudName: "keybearer",
    homeTenantId: testTenantId,
    id: testSubscriptionId,
    isDefault: true,
    managedByTenants: [],
    name: "keybearer",
    state: "Enabled",
    tenantId: testTenantId,
    user: { name, type: "servicePrincipal" },
  }
}

describe("signing in", () => {
  test("as the operator takes the bootstrap file and nothing else", async ({ expect }) => {
    const shell = new Shell()
    const file = shell.file("bootstrap.json", JSON.stringify(bootstrap))

    const { code, out, err } = await shell.run("login", "--bootstrap", file)

    expect({ code, err }).toEqual({ code: 0, err: "" })
    expect(JSON.parse(out)).toEqual([account(bootstrap.operator.clientId)])
  })

  test("leaves files that only their owner may read", async ({ expect }) => {
    const shell = new Shell()
    await shell.signIn(bootstrap)

    const names = readdirSync(shell.configFolder).sort()
    const modes = names.map((name) => statSync(join(shell.configFolder, name)).mode & 0o777)

    expect(names).toEqual(["credentials.json", "profile.json", "tokens.json"])
    expect(modes).toEqual([0o600, 0o600, 0o600])
    expect(statSync(shell.configFolder).mode & 0o777).toBe(0o700)
  })

  test.for([
    ["a file", (shell: Shell, secret: string) => ["--password-file", shell.file("secret", `${secret}\n`)]],
    [
      "the environment",
      (shell: Shell, secret: string) => ((shell.env.SECRET = secret), ["--secret-env", "SECRET"]),
    ],
    ["the terminal", (shell: Shell, secret: string) => ((shell.typed = [secret]), [])],
  ] as const)("takes a secret from %s without a word about it", async ([source, give], { expect }) => {
    const shell = new Shell()
    const { clientId, clientSecret } = bootstrap.operator

    const { code, out, err } = await shell.run(...asOperator(...give(shell, clientSecret)))

    expect({ code, err }).toEqual({ code: 0, err: source === "the terminal" ? "Client secret: \n" : "" })
    expect(JSON.parse(out)).toEqual([account(clientId)])
  })

  test("with the secret on the command line works, and warns why not to", async ({ expect }) => {
    const shell = new Shell()
    const { clientSecret } = bootstrap.operator

    const { code, err } = await shell.run(...asOperator("-p", clientSecret))

    expect(code).toBe(0)
    expect(err).toBe(
      "WARNING: A secret on the command line can be read by others on this machine and stays in the shell's history. Use --secret-file, --secret-env or the prompt.\n",
    )
  })

  test("with a certificate signs an assertion, then and later", async ({ expect }) => {
    const shell = new Shell()
    const { key, certificate } = issueCertificate({ directory: shell.folder, name: "app" })
    const { appId } = stranger.application
    const system = systemCaller(testTenantId)
    await addClientCertificate(listening.server.context, system, { appId, certificate })
    const pem = shell.file("app-with-key.pem", `${certificate}${key}`)
    const line = ["login", "--service-principal", "-u", appId, "-t", testTenantDomain, "--certificate", pem]

    const accounts = await shell.json(...line, ...where(), "--allow-no-subscriptions")
    const token = await shell.json("account get-access-token --resource https://vault.azure.net")

    expect(accounts).toEqual([{ ...account(appId), id: testTenantId, name: "N/A(tenant level account)" }])
    expect(token).toMatchObject({ subscription: testTenantId, tenant: testTenantId, tokenType: "Bearer" })
    expect(readFileSync(join(shell.configFolder, "credentials.json"), "utf8")).not.toContain("PRIVATE KEY")
  })

  test("with a managed identity needs no secret at all", async ({ expect }) => {
    const shell = new Shell()
    shell.env.AZURE_POD_IDENTITY_AUTHORITY_HOST = bootstrap.managedIdentity
    const { clientId } = await seed.managedIdentity()

    const accounts = await shell.json(
      "login",
      "--identity",
      "--client-id",
      clientId,
      ...where(),
      "--allow-no-subscriptions",
    )
    const token = await shell.json("account get-access-token --resource https://vault.azure.net")

    const user = {
      assignedIdentityInfo: `MSIClient-${clientId}`,
      name: "userAssignedIdentity",
      type: "servicePrincipal",
    }
    expect(accounts).toEqual([{ ...account(""), id: testTenantId, name: "N/A(tenant level account)", user }])
    expect(token).toMatchObject({ tenant: testTenantId })
    expect(existsSync(join(shell.configFolder, "credentials.json"))).toBe(false)
  })
})

describe("a sign-in that fails", () => {
  test("by a wrong secret says so, shows it nowhere and keeps nothing", async ({ expect }) => {
    const shell = new Shell()
    shell.env.SECRET = "not-the-secret"

    const { code, out, err } = await shell.run(...asOperator("--secret-env", "SECRET"), "--debug")

    expect({ code, out }).toEqual({ code: 1, out: "" })
    expect(err).toContain("ERROR: AADSTS7000215: ")
    expect(err).not.toContain("not-the-secret")
    expect(existsSync(shell.configFolder)).toBe(false)
  })

  test("by a wrong secret leaves an earlier sign-in as it was", async ({ expect }) => {
    const shell = new Shell()
    await shell.signIn(bootstrap)
    shell.env.SECRET = "not-the-secret"

    await shell.run(...asOperator("--secret-env", "SECRET"))
    const { code } = await shell.run("account get-access-token --resource https://vault.azure.net")

    expect(code).toBe(0)
  })

  test("by having no subscription says how to go on without", async ({ expect }) => {
    const shell = new Shell()
    const { application, clientSecret } = stranger
    shell.env.SECRET = clientSecret
    const line = [
      "login",
      "--service-principal",
      "-u",
      application.appId,
      "-t",
      testTenantId,
      "--secret-env",
      "SECRET",
    ]

    expect(await shell.run(...line, ...where())).toEqual({
      code: 1,
      out: "",
      err: `ERROR: No subscriptions found for ${application.appId}.\nGive it a role first, or add --allow-no-subscriptions for tokens alone.\n`,
    })
    expect(existsSync(shell.configFolder)).toBe(false)
  })

  // Whoever answers in place of the server must not be given the secret.
  test("by an untrusted certificate sends nothing and says the cure", async ({ expect }) => {
    const shell = new Shell()
    shell.env.SECRET = bootstrap.operator.clientSecret
    const words = asOperator("--secret-env", "SECRET").filter(
      (word) => word !== "--ca-certificate" && word !== bootstrap.caCertificate,
    )

    const { code, err } = await shell.run(...words)

    expect(code).toBe(1)
    expect(err).toBe(
      `ERROR: The certificate of ${bootstrap.authority} is not trusted: UNABLE_TO_VERIFY_LEAF_SIGNATURE\n` +
        "Give the server's CA certificate with --ca-certificate FILE or KEYBEARER_CA, and never switch the check off.\n" +
        "Find out more: keybearer doctor\n",
    )
  })

  test.for([
    ["login", "It is not said how to sign in\nGive --bootstrap FILE, --service-principal or --identity."],
    ["login --service-principal", "the following arguments are required: --username, --tenant"],
    ["login --service-principal -u a", "the following arguments are required: --tenant"],
    [
      "login --service-principal -u a -t t",
      "A client secret or certificate is needed\nGive --secret-file FILE, --secret-env VARIABLE or --certificate FILE.",
    ],
    [
      "login --service-principal -u a -t t --secret x --certificate y",
      "argument --certificate: not allowed with argument --secret",
    ],
    [
      "login --service-principal -u a -t t --secret-env NOT_SET",
      "argument --secret-env: the environment has no NOT_SET",
    ],
  ] as const)("by %j is told what is missing, with exit code 2", async ([line, message], { expect }) => {
    const shell = new Shell()

    expect(await shell.run(`${line} --authority https://localhost:1`)).toMatchObject({
      code: 2,
      err: `ERROR: ${message}\n`,
    })
  })

  test.for([
    ["no JSON", "secret{", "is not JSON"],
    ["something else", '{"authority":"https://localhost"}', "is no bootstrap file: it lacks tenantId"],
  ] as const)(
    "by a bootstrap file that is %s does not repeat it",
    async ([, content, message], { expect }) => {
      const shell = new Shell()
      const file = shell.file("bootstrap.json", content)

      const { code, err } = await shell.run("login", "--bootstrap", file)

      expect(code).toBe(1)
      expect(err.split("\n")[0]).toBe(`ERROR: ${file} ${message}`)
    },
  )
})

describe("several accounts", () => {
  test("live side by side, the last one in use, until another is set", async ({ expect }) => {
    const shell = new Shell()
    await shell.signIn(bootstrap)
    shell.env.SECRET = stranger.clientSecret
    const { appId } = stranger.application
    await shell.json(
      "login",
      "--service-principal",
      "-u",
      appId,
      "-t",
      testTenantId,
      "--secret-env",
      "SECRET",
      ...where(),
      "--allow-no-subscriptions",
    )

    const list = await shell.run("account list -o table")
    await shell.json("account", "set", "--name", "KEYBEARER")
    const shown = await shell.json("account show --query user.name")

    expect(list).toEqual({
      code: 0,
      err: "",
      out: `Name                       CloudName    SubscriptionId                        TenantId                              State    IsDefault
-------------------------  -----------  ------------------------------------  ------------------------------------  -------  -----------
keybearer                  keybearer    ${testSubscriptionId}  ${testTenantId}  Enabled  False
N/A(tenant level account)  keybearer    ${testTenantId}  ${testTenantId}  Enabled  True
`,
    })
    expect(shown).toBe(bootstrap.operator.clientId)
  })

  test("leave one by one, with their tokens and what proves them", async ({ expect }) => {
    const shell = new Shell()
    await shell.signIn(bootstrap)

    expect(await shell.run("logout --username somebody-else")).toEqual({ code: 0, out: "", err: "" })
    expect(await shell.json("account show --query id")).toBe(testSubscriptionId)
    expect(await shell.run("logout")).toEqual({ code: 0, out: "", err: "" })

    const texts = readdirSync(shell.configFolder).map((name) =>
      readFileSync(join(shell.configFolder, name), "utf8"),
    )
    expect(texts.join("")).not.toContain(bootstrap.operator.clientId)
    expect(await shell.run("logout")).toEqual({
      code: 1,
      out: "",
      err: "ERROR: There are no active accounts.\n",
    })
  })

  test("are all forgotten at once", async ({ expect }) => {
    const shell = new Shell()
    await shell.signIn(bootstrap)

    expect(await shell.run("account clear")).toEqual({ code: 0, out: "", err: "" })

    expect(readdirSync(shell.configFolder)).toEqual(["profile.json"])
    expect(await shell.run("account list")).toEqual({
      code: 0,
      out: "[]\n",
      err: "WARNING: Please run 'az login' to access your accounts.\n",
    })
  })

  test("of an unknown name cannot be set", async ({ expect }) => {
    const shell = new Shell()
    await shell.signIn(bootstrap)

    expect(await shell.run("account set -s x")).toEqual({
      code: 1,
      out: "",
      err: "ERROR: The subscription of 'x' doesn't exist in cloud 'keybearer'.\n",
    })
  })
})
