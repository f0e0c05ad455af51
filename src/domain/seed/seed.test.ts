import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, test } from "vitest"
import type { TestContext } from "../../../test/context.ts"
import { openTestInstallation, testSubscriptionId, testTenantId } from "../../../test/installation.ts"
import { issueCertificate, exportPfx } from "../../../test/certificates.ts"
import { systemCaller } from "../access/index.ts"
import { verifyChain } from "../audit/index.ts"
import { deleteSecret, getSecret } from "../secrets/index.ts"
import { createUser, verifyUserPassword } from "../users/index.ts"
import { findVault } from "../vaults/index.ts"
import { applySeed, parseSeed } from "./index.ts"

const directory = mkdtempSync(join(tmpdir(), "keybearer-seed-"))
const reader = { env: { DB_PASSWORD: "from the environment" }, directory }
const system = systemCaller(testTenantId)

async function apply(context: TestContext, text: string) {
  return applySeed(context, await parseSeed(text, reader), { region: "local" })
}

/** Every record of every collection that a seed may touch; the audit log tells what was written. */
async function contentOf({ store }: TestContext): Promise<unknown> {
  return Promise.all([
    store.tenants.list({}),
    store.subscriptions.list({}),
    store.resourceGroups.list({}),
    store.users.list({}),
    store.applications.list({}),
    store.servicePrincipals.list({}),
    store.clientSecrets.list({}),
    store.clientCertificates.list({}),
    store.managedIdentities.list({}),
    store.vaults.list({}),
    store.vaultObjects.list({}),
    store.vaultObjectVersions.list({}),
    store.roleAssignments.list({}),
    store.settings.list({}),
    store.appTokenIdentities.list({}),
    store.auditEvents.list({}),
  ])
}

/** One of everything. */
async function wholeSeed(): Promise<string> {
  const issued = issueCertificate({ directory, name: "corellian" })
  writeFileSync(join(directory, "tls.pfx"), await exportPfx(issued, "wars"))
  writeFileSync(join(directory, "client.pem"), issued.certificate)
  writeFileSync(join(directory, "password"), "a password in a file\n")
  return `
$schema: https://example.invalid/seed.schema.json
tenants:
  - domain: fabrikam.example
    displayName: Fabrikam
    subscriptions: [{ id: bbbbbbbb-0000-4000-8000-000000000002 }]
users:
  - { userPrincipalName: alice@contoso.example, displayName: Alice, password: { file: password } }
applications:
  - displayName: corellian
    appId: 3F752837-3303-4d0e-9e39-5757dda60aa2
    identifierUris: ["api://corellian"]
    secrets: [{ secret: "a client secret of some length", lifetimeDays: 30 }]
    certificates: [{ file: client.pem }]
  - { displayName: theirs, tenant: fabrikam.example }
resourceGroups:
  - { name: rg1, location: East US }
managedIdentities:
  - { name: worker, resourceGroup: rg1, tags: { team: a } }
vaults:
  - name: demo
    resourceGroup: rg1
    softDeleteRetentionDays: 7
    secrets:
      - { name: db-password, value: { env: DB_PASSWORD }, contentType: text/plain, tags: { a: b } }
      - { name: plain, value: "12345" }
    certificates:
      - { name: tls, value: { file: tls.pfx }, password: wars }
roleAssignments:
  - { role: Key Vault Secrets User, to: { application: corellian }, at: { vault: demo, secret: db-password } }
  - { role: Key Vault Reader, to: { managedIdentity: worker }, at: { vault: demo } }
  - { role: Reader, to: { user: alice@contoso.example } }
  - { role: Contributor, to: { user: alice@contoso.example }, at: { resourceGroup: rg1 } }
tokenRoles:
  - { name: Deployer, description: May deploy }
tokenIdentities:
  - { name: ci, tokenRoles: [Deployer], password: the password of ci }
  - { name: alice, tokenRoles: [Reader], user: alice@contoso.example }
`
}

describe("applySeed", () => {
  test("makes one of everything, and nothing the second time", async ({ expect }) => {
    const { context } = await openTestInstallation()
    const text = await wholeSeed()

    expect(await apply(context, text)).toEqual({ created: 20, updated: 0, unchanged: 0, notes: [] })
    const after = await contentOf(context)
    expect(await apply(context, text)).toEqual({ created: 0, updated: 0, unchanged: 20, notes: [] })

    expect(await contentOf(context)).toEqual(after)
    expect((await verifyChain(context)).whole).toBe(true)
  })

  test("makes what works: values, passwords and roles", async ({ expect }) => {
    const { context } = await openTestInstallation()
    await apply(context, await wholeSeed())

    const vault = await findVault(context, "demo")
    if (vault === undefined) throw new Error("There is no vault")
    expect(vault).toMatchObject({ resourceGroup: "rg1", location: "local", softDeleteRetentionDays: 7 })
    const secret = await getSecret(context, system, { vault, name: "db-password" })
    expect(secret).toMatchObject({
      value: "from the environment",
      contentType: "text/plain",
      tags: { a: "b" },
    })
    const password = "a password in a file"
    const alice = await verifyUserPassword(context, { userPrincipalName: "alice@contoso.example", password })
    const assignments = await context.store.roleAssignments.list({ where: { principalId: alice.id } })
    expect(assignments.map(({ scope }) => scope).sort()).toEqual([
      `/subscriptions/${testSubscriptionId}`,
      `/subscriptions/${testSubscriptionId}/resourceGroups/rg1`,
    ])
    const [certificate] = await context.store.vaultObjects.list({
      where: { vaultId: vault.id, kind: "certificate" },
    })
    expect(certificate?.name).toBe("tls")
  })

  test("brings settings and values to what the file says now, and leaves what it does not say", async ({
    expect,
  }) => {
    const { context } = await openTestInstallation()
    await apply(context, 'vaults: [{ name: demo, tags: { a: b }, secrets: [{ name: s, value: "one" }] }]')

    const outcome = await apply(
      context,
      'vaults: [{ name: demo, purgeProtection: true, secrets: [{ name: s, value: "two" }] }]',
    )

    expect(outcome).toEqual({ created: 0, updated: 2, unchanged: 0, notes: [] })
    const vault = await findVault(context, "demo")
    expect(vault).toMatchObject({ purgeProtection: true, tags: { a: "b" } })
    expect(await context.store.vaultObjectVersions.list({})).toHaveLength(2)
  })

  test("leaves a user's password, and a secret that somebody deleted, as they are", async ({ expect }) => {
    const { context } = await openTestInstallation()
    const userPrincipalName = "alice@contoso.example"
    await createUser(context, system, { userPrincipalName, password: "her own password" })
    await apply(context, 'vaults: [{ name: demo, secrets: [{ name: s, value: "one" }] }]')
    const vault = await findVault(context, "demo")
    if (vault === undefined) throw new Error("There is no vault")
    await deleteSecret(context, system, { vault, name: "s" })

    const outcome = await apply(
      context,
      `
users: [{ userPrincipalName: ${userPrincipalName}, password: another password }]
vaults: [{ name: demo, secrets: [{ name: s, value: "one" }] }]`,
    )

    expect(outcome).toEqual({
      created: 0,
      updated: 0,
      unchanged: 3,
      notes: [
        "vaults[0].secrets[0]: is deleted and stays so. Recover or purge it, or take it out of the seed file",
      ],
    })
    const alice = await verifyUserPassword(context, { userPrincipalName, password: "her own password" })
    expect(alice.userPrincipalName).toBe(userPrincipalName)
  })

  test.for([
    ["vaults[0]", "vaults: [{ name: a--b }]", "The vault name 'a--b' is invalid"],
    ["vaults[0]", "vaults: [{ name: demo, resourceGroup: nowhere }]", "Resource group 'nowhere'"],
    ["vaults[0].secrets[0]", "vaults: [{ name: demo, secrets: [{ name: a/b, value: x }] }]", ""],
    [
      "vaults[0].certificates[0]",
      "vaults: [{ name: demo, certificates: [{ name: a, value: x }] }]",
      "cannot be imported",
    ],
    [
      "roleAssignments[0]",
      "roleAssignments: [{ role: Reader, to: { application: x } }]",
      'There is no application "x"',
    ],
    [
      "roleAssignments[0]",
      "roleAssignments: [{ role: Nobody, to: { user: admin@contoso.example } }]",
      'There is no role "Nobody"',
    ],
    [
      "applications[0]",
      "applications: [{ displayName: x, tenant: nowhere.example }]",
      'There is no tenant "nowhere.example"',
    ],
    [
      "applications[0].secrets[0]",
      "applications: [{ displayName: x, secrets: [{ secret: short }] }]",
      "A client secret has",
    ],
    ["tokenIdentities[0]", "tokenIdentities: [{ name: x, tokenRoles: [Nothing] }]", "Nothing"],
  ] as const)("says where it was refused: %s of %s", async ([place, text, sentence], { expect }) => {
    const { context } = await openTestInstallation()

    const attempt = apply(context, text)

    await expect(attempt).rejects.toThrow(`The seed file has a problem: ${place}: `)
    await expect(attempt).rejects.toThrow(sentence)
  })
})

describe("parseSeed", () => {
  test("takes an empty file, JSON, and YAML", async ({ expect }) => {
    const empty = await parseSeed("", reader)

    expect(await parseSeed("{}", reader)).toEqual(empty)
    expect(await parseSeed('{ "vaults": [{ "name": "demo" }] }', reader)).toEqual(
      await parseSeed("vaults:\n  - name: demo\n", reader),
    )
  })

  test("tells all problems at once, each with its place, and no value", async ({ expect }) => {
    const text = `
vault: []
users: [{ userPrincipalName: a@b.example, password: 1234567890123 }]
applications: [{ displayName: x, appId: hunter2, secrets: [{ secret: { env: ABSENT } }, { secret: { value: hunter2, file: x } }] }]
resourceGroups: rg
vaults:
  - { sku: gold, secrets: [{ name: s }, { name: t, value: { file: absent } }] }
roleAssignments:
  - { role: Reader, to: {} }
  - { role: Reader, to: { user: a, id: 3b0cb9a0-1c3d-4c5a-9d0e-0f1a2b3c4d5e }, at: { secret: s } }
`

    const problems = await parseSeed(text, reader).then(
      () => [],
      (error: { problems: string[] }) => error.problems,
    )

    expect(problems).toEqual([
      "users[0].password: has to be text, or have exactly one of value, file and env",
      "applications[0].appId: has to be a GUID",
      "applications[0].secrets[0].secret: refers to the environment variable ABSENT, which is not set",
      "applications[0].secrets[1].secret: has to be text, or have exactly one of value, file and env",
      "resourceGroups: has to be a list",
      "vaults[0].name: is missing",
      'vaults[0].sku: has to be ("standard" | "premium")',
      "vaults[0].secrets[0].value: is missing",
      `vaults[0].secrets[1].value: refers to the file "${join(directory, "absent")}", which cannot be read (ENOENT)`,
      "roleAssignments[0].to: has to have exactly one of application, managedIdentity, user and id",
      "roleAssignments[1].to: has to have exactly one of application, managedIdentity, user and id",
      "roleAssignments[1].at: has to have at most one of secret, key and certificate, and a vault with it",
      "vault: is no member that a seed file has here",
    ])
    expect(problems.join()).not.toMatch(/hunter2|1234567/)
  })

  test("does not quote a file that is neither JSON nor YAML", async ({ expect }) => {
    await expect(parseSeed('users:\n  - password: "hunter2\n', reader)).rejects.toThrow(
      /^The seed file has a problem: line \d+, column \d+: is neither JSON nor YAML \(MISSING_CHAR\)$/,
    )
  })
})
