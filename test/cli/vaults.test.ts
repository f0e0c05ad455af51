import { createPrivateKey, X509Certificate } from "node:crypto"
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, test } from "vitest"
import { readPfx } from "../../src/crypto/pfx.ts"
import { writePemBundle } from "../../src/crypto/pem-bundle.ts"
import { systemCaller } from "../../src/domain/access/index.ts"
import { bootListening, type Listening } from "../boot.ts"
import { testSubscriptionId, testTenantId } from "../installation.ts"
import { exportPfx, issueCertificate } from "../certificates.ts"
import { Seed } from "../seed.ts"
import { Shell } from "./shell.ts"

let listening: Listening
const shell = new Shell()
const missing = (kind: string, name: string) =>
  `A ${kind} with (name/id) ${name} was not found in this key vault. If you deleted this ${kind} recently, you may be able to recover it.`

beforeAll(async () => {
  listening = await bootListening()
  if (!listening.server.bootstrap) throw new Error("The first start makes an operator")
  await shell.signIn(listening.server.bootstrap)
  await shell.json("vault", "create", "demo", "--assign-role", "Key Vault Administrator")
})

afterAll(() => listening.close())

function scopeOf(vault: string, group = "keybearer"): string {
  return `/subscriptions/${testSubscriptionId}/resourceGroups/${group}/providers/Microsoft.KeyVault/vaults/${vault}`
}

describe("vaults", () => {
  test("are created, the resource group with them, and left as they are the second time", async ({
    expect,
  }) => {
    const first = await shell.json("vault create made-twice -g made-too -l local")
    const second = await shell.json("vault create made-twice -g made-too -l local")
    const third = await shell.json("vault create made-twice")

    expect(first).toMatchObject({
      id: scopeOf("made-twice", "made-too"),
      location: "local",
      name: "made-twice",
      properties: {
        vaultUri: `https://made-twice.${listening.server.context.endpoints.vaultSuffix}/`,
        provisioningState: "Succeeded",
      },
    })
    expect([second, third]).toEqual([first, first])
  })

  test("are listed and shown, as tables too", async ({ expect }) => {
    await shell.json("vault create shown -g shown -l local")
    const { vaultSuffix } = listening.server.context.endpoints
    const uri = `https://shown.${vaultSuffix}/`
    const table = `Location    Name    ResourceGroup    VaultUri
----------  ------  ---------------  ${"-".repeat(Math.max(uri.length, 10))}
local       shown   shown            ${uri}
`

    expect(await shell.run("vault list -g shown -o table")).toEqual({ code: 0, out: table, err: "" })
    expect(await shell.run("vault show shown -o table")).toEqual({ code: 0, out: table, err: "" })
    expect(await shell.run("vault show --name shown --query properties.vaultUri -o tsv")).toMatchObject({
      out: `${uri}\n`,
    })
  })

  test("that are not there end with exit code 3", async ({ expect }) => {
    expect(await shell.run("vault show nope")).toEqual({
      code: 3,
      out: "",
      err: `ERROR: There is no vault "nope" in subscription ${testSubscriptionId}\n`,
    })
  })

  test.for(["x", "-", "1abc", "under_score", "a.b"])(
    "are not made with the name %j",
    async (name, { expect }) => {
      const { code, out, err } = await shell.run("vault", "create", `--name=${name}`)

      expect({ code, out }).toEqual({ code: 1, out: "" })
      expect(err).toMatch(/^ERROR: \(/)
    },
  )
})

describe("secrets", () => {
  test("are set, shown, listed and deleted", async ({ expect }) => {
    await shell.json("vault", "create", "alone", "-g", "alone", "--assign-role", "Key Vault Administrator")
    const set = await shell.json(
      "vault secret set first --vault-name alone --value hello --content-type text/plain",
    )
    const shown = await shell.json("vault secret show first --vault-name alone")
    const list = await shell.run("vault secret list --vault-name alone -o table")
    const deleted = await shell.json("vault secret delete first --vault-name alone")

    expect(set).toMatchObject({ value: "hello", contentType: "text/plain", attributes: { enabled: true } })
    expect(shown).toEqual(set)
    expect(list).toEqual({
      code: 0,
      err: "",
      out: "Name    ContentType    Enabled    Expires\n------  -------------  ---------  ---------\nfirst   text/plain     True\n",
    })
    expect(deleted).toMatchObject({ recoveryId: expect.stringMatching(/\/deletedsecrets\/first$/) })
    expect(await shell.run("vault secret show first --vault-name alone")).toMatchObject({ code: 3 })
  })

  test("are read whole from a file or a pipe, to the last line feed", async ({ expect }) => {
    const file = shell.file("value", "from a file\n")
    shell.input = "from a pipe\n"

    await shell.json("vault", "secret", "set", "filed", "--vault-name", "demo", "--file", file)
    await shell.json("vault secret set piped --vault-name demo --file -")

    expect(await shell.json("vault secret show filed --vault-name demo --query value")).toBe("from a file\n")
    expect(await shell.json("vault secret show piped --vault-name demo --query value")).toBe("from a pipe\n")
  })

  test("are reached by the vault's whole address too", async ({ expect }) => {
    const address = `https://demo.${listening.server.context.endpoints.vaultSuffix}/`

    await shell.json("vault", "secret", "set", "addressed", "--vault-name", address, "--value", "x")

    expect(
      await shell.json("vault", "secret", "show", "addressed", "--vault-name", address, "--query", "value"),
    ).toBe("x")
  })

  test.for([
    ["secret show nope --vault-name demo", 3, `(SecretNotFound) ${missing("secret", "nope")}`],
    [
      "secret set a/b --vault-name demo --value x",
      1,
      "(BadParameter) The request URI contains an invalid name: a/b. A name has 1 to 127 characters out of 0-9, a-z, A-Z and -",
    ],
    ["secret set a --vault-name demo", 2, "one of the arguments --file and --value is required"],
    [
      "secret set a --vault-name demo --value x --file y",
      2,
      "one of the arguments --file and --value is required",
    ],
    ["secret set a --value x", 2, "the following arguments are required: --vault-name"],
    ["secret set a --vault-name demo --file /not/there", 1, "Cannot use /not/there: there is no such file"],
    [
      "secret show a --vault-name under_score",
      2,
      'Not the name of a vault: "under_score"\nIt has 3 to 24 letters, digits and dashes, begins with a letter and ends with no dash.',
    ],
  ] as const)("refused: %s", async ([line, code, text], { expect }) => {
    expect(await shell.run(`vault ${line}`)).toEqual({ code, out: "", err: `ERROR: ${text}\n` })
  })

  test("too large are refused and not kept", async ({ expect }) => {
    const file = shell.file("large", "x".repeat(26_000))

    expect(
      await shell.run("vault", "secret", "set", "large", "--vault-name", "demo", "--file", file),
    ).toMatchObject({ code: 1 })
    expect(await shell.run("vault secret show large --vault-name demo")).toMatchObject({ code: 3 })
  })
})

describe("certificates", () => {
  const password = "p4ss word"

  async function issue(name: string) {
    const issued = issueCertificate({ directory: shell.folder, name })
    const pfx = shell.file(`${name}.pfx`, await exportPfx(issued, password))
    const pem = shell.file(`${name}.both.pem`, `${issued.certificate}${issued.key}`)
    return { ...issued, pfx, both: pem, passwordFile: shell.file(`${name}.password`, `${password}\n`) }
  }

  test("come in as PFX and go out as PFX and PEM, private key and all, for their owner only", async ({
    expect,
  }) => {
    const { x509, pfx, passwordFile } = await issue("web")
    const [out, pem] = [join(shell.folder, "web.out.pfx"), join(shell.folder, "web.out.pem")]
    const inVault = ["--vault-name", "demo", "--file"]

    const imported = await shell.json(
      "vault",
      "certificate",
      "import",
      "web",
      ...inVault,
      pfx,
      "--password-file",
      passwordFile,
    )
    await shell.json("vault", "certificate", "download", "web", ...inVault, out, "--format", "pfx")
    await shell.json("vault", "certificate", "download", "web", ...inVault, pem, "--format", "pem")

    expect(imported).toMatchObject({ cer: x509.raw.toString("base64") })
    const opened = writePemBundle(await readPfx(readFileSync(out), ""))
    for (const text of [opened, readFileSync(pem, "utf8")]) {
      expect(new X509Certificate(text).raw).toEqual(x509.raw)
      expect(x509.checkPrivateKey(createPrivateKey(text))).toBe(true)
    }
    expect([out, pem].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600])
  })

  test("come in as PEM and go out as PEM", async ({ expect }) => {
    const { x509, both } = await issue("api")
    const out = join(shell.folder, "api.out.pem")

    await shell.json("vault", "certificate", "import", "api", "--vault-name", "demo", "--file", both)
    await shell.json("vault", "certificate", "download", "api", "--vault-name", "demo", "--file", out)

    expect(new X509Certificate(readFileSync(out)).raw).toEqual(x509.raw)
    expect(
      await shell.run(
        "vault",
        "certificate",
        "download",
        "api",
        "--vault-name",
        "demo",
        "--file",
        `${out}2`,
        "--format",
        "pfx",
      ),
    ).toEqual({
      code: 1,
      out: "",
      err: "ERROR: The vault keeps this certificate as application/x-pem-file and does not turn it into pfx\nDownload it with --format pem and convert it with openssl.\n",
    })
  })

  test("are listed by thumbprint and last day", async ({ expect }) => {
    const { x509, both } = await issue("listed")
    await shell.json("vault", "certificate", "import", "listed", "--vault-name", "demo", "--file", both)

    const { out } = await shell.run("vault certificate list --vault-name demo -o table")

    const thumbprint = Buffer.from(x509.fingerprint.replaceAll(":", ""), "hex").toString("base64url")
    const day = new Date(x509.validTo).toISOString().slice(0, 10)
    expect(out.split("\n")).toContain(`listed  ${thumbprint}  True       ${day}`)
  })

  test("with a wrong password are refused, and nothing is there afterwards", async ({ expect }) => {
    const { pfx } = await issue("locked")
    shell.env.WRONG = "not the password"

    const { code, err } = await shell.run(
      "vault",
      "certificate",
      "import",
      "locked",
      "--vault-name",
      "demo",
      "--file",
      pfx,
      "--password-env",
      "WRONG",
    )

    expect(code).toBe(1)
    expect(err).toMatch(/^ERROR: \(BadParameter\) /)
    expect(err).not.toContain("not the password")
    const where = ["--vault-name", "demo", "--file", join(shell.folder, "never.pfx")]
    expect(await shell.run("vault", "certificate", "download", "locked", ...where)).toMatchObject({
      err: `ERROR: (CertificateNotFound) ${missing("certificate", "locked")}\n`,
    })
  })

  test("never replace a file that is there", async ({ expect }) => {
    const { both } = await issue("kept")
    await shell.json("vault", "certificate", "import", "kept", "--vault-name", "demo", "--file", both)
    const file = shell.file("precious", "precious")

    expect(
      await shell.run("vault", "certificate", "download", "kept", "--vault-name", "demo", "--file", file),
    ).toMatchObject({
      code: 1,
      err: `ERROR: Cannot use ${file}: it is there already\n`,
    })
    expect(readFileSync(file, "utf8")).toBe("precious")
  })
})

describe("roles", () => {
  test("are given once, on a vault or on one thing in it, and listed", async ({ expect }) => {
    const seed = new Seed(listening.server.context, systemCaller(testTenantId))
    const { servicePrincipal } = await seed.application()
    await shell.json("vault create roles")
    const assign = [
      "role",
      "assign",
      "--assignee",
      servicePrincipal.id,
      "--vault-name",
      "roles",
      "--query",
      "id",
    ]

    const onVault = await shell.json(...assign, "--role", "Key Vault Secrets User")
    const again = await shell.json(...assign, "--role", "key vault secrets user")
    const onSecret = await shell.json(...assign, "--role", "Key Vault Reader", "--secret", "one")
    const list = await shell.json("role", "list", "--vault-name", "roles", "--assignee", servicePrincipal.id)

    expect(again).toBe(onVault)
    expect(onSecret).toMatch(
      new RegExp(`^${scopeOf("roles")}/secrets/one/providers/Microsoft.Authorization/roleAssignments/`),
    )
    expect(list).toMatchObject([
      {
        principalId: servicePrincipal.id,
        roleDefinitionName: "Key Vault Secrets User",
        scope: scopeOf("roles"),
      },
    ])
  })

  // Managing a vault is not reading it.
  test("decide: the owner of a vault may not read it before giving itself a role", async ({ expect }) => {
    await shell.json("vault create closed")
    const before = await shell.run("vault secret set a --vault-name closed --value x")
    await shell.json(
      "role",
      "assign",
      "--assignee",
      "me",
      "--role",
      "Key Vault Secrets Officer",
      "--vault-name",
      "closed",
    )
    const after = await shell.run("vault secret set a --vault-name closed --value x")

    expect(before).toMatchObject({ code: 1, out: "" })
    expect(before.err).toMatch(
      /^ERROR: \(Forbidden\) Caller is not authorized to perform action on resource\./,
    )
    expect(before.err).toContain("Action: 'Microsoft.KeyVault/vaults/secrets/setSecret/action'")
    expect(before.err).toMatch(
      /\nGive the caller a role: keybearer role assign --assignee ID --role ROLE --vault-name NAME\n$/,
    )
    expect(after.code).toBe(0)
  })

  test.for([
    [
      ["--assignee", "me", "--role", "Key Vault Secret User", "--vault-name", "demo"],
      1,
      'There is no role "Key Vault Secret User"\nDid you mean "Key Vault Secrets User"?',
    ],
    [
      ["--assignee", "me", "--role", "Reader"],
      2,
      "one of the arguments --vault-name and --scope is required",
    ],
    [
      ["--assignee", "somebody", "--role", "Reader", "--vault-name", "demo"],
      2,
      'Not an assignee: "somebody"\nGive `me`, the object id of a user or service principal, or the id of an application.',
    ],
    [["--role", "Reader", "--vault-name", "demo"], 2, "the following arguments are required: --assignee"],
    [
      ["--assignee", "me", "--role", "Reader", "--vault-name", "demo", "--secret", "a", "--certificate", "b"],
      2,
      "argument --certificate: not allowed with argument --secret",
    ],
  ] as const)("are refused: %j", async ([words, code, text], { expect }) => {
    expect(await shell.run("role", "assign", ...words)).toEqual({ code, out: "", err: `ERROR: ${text}\n` })
  })
})
