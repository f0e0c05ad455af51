import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, test } from "vitest"
import { testEndpoints } from "../../../test/context.ts"
import { reserveBootstrapFile, toBootstrap } from "./index.ts"

const bootstrap = toBootstrap(
  testEndpoints,
  {
    tenantId: "11111111-1111-1111-1111-111111111111",
    tenantDomain: "keybearer.local",
    subscriptionId: "22222222-2222-2222-2222-222222222222",
    administrator: { userPrincipalName: "admin@keybearer.local", password: "password" },
    operator: { clientId: "33333333-3333-3333-3333-333333333333", clientSecret: "secret" },
  },
  { caCertificate: "/data/ca.pem", identityHeader: "header" },
)

function newDirectory(): string {
  return mkdtempSync(join(tmpdir(), "keybearer-bootstrap-"))
}

describe("the bootstrap file", () => {
  test("has what a script needs, for its owner alone", ({ expect }) => {
    const directory = newDirectory()
    const path = join(directory, "bootstrap.json")

    reserveBootstrapFile(path).write(bootstrap)

    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({
      authority: "https://localhost:8443",
      tenantId: "11111111-1111-1111-1111-111111111111",
      tenantDomain: "keybearer.local",
      subscriptionId: "22222222-2222-2222-2222-222222222222",
      resourceManager: "https://localhost:8443",
      graph: "https://localhost:8443",
      vaultSuffix: "vault.localhost:8443",
      managedIdentity: "http://127.0.0.1:5000",
      identityEndpoint: "http://127.0.0.1:5000/msi/token",
      identityHeader: "header",
      appTokens: "http://127.0.0.1:5000",
      console: "https://localhost:8443/console",
      caCertificate: "/data/ca.pem",
      administrator: { userPrincipalName: "admin@keybearer.local", password: "password" },
      operator: { clientId: "33333333-3333-3333-3333-333333333333", clientSecret: "secret" },
    })
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(directory)).toEqual(["bootstrap.json"])
  })

  test("replaces an older one, whatever that one's mode was", ({ expect }) => {
    const path = join(newDirectory(), "bootstrap.json")
    writeFileSync(path, "old", { mode: 0o644 })

    reserveBootstrapFile(path).write(bootstrap)

    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(bootstrap)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test("leaves nothing behind when its place is given up", ({ expect }) => {
    const directory = newDirectory()

    reserveBootstrapFile(join(directory, "bootstrap.json")).discard()

    expect(readdirSync(directory)).toEqual([])
  })

  // A planted link must not send the credentials elsewhere.
  test("does not follow a link that stands in its way", ({ expect }) => {
    const directory = newDirectory()
    const elsewhere = join(directory, "elsewhere")
    symlinkSync(elsewhere, join(directory, ".bootstrap.json.pending"))

    reserveBootstrapFile(join(directory, "bootstrap.json")).write(bootstrap)

    expect(readdirSync(directory)).toEqual(["bootstrap.json"])
  })

  test("makes its directory, for its owner alone", ({ expect }) => {
    const directory = join(newDirectory(), "data")

    reserveBootstrapFile(join(directory, "bootstrap.json")).write(bootstrap)

    expect(readdirSync(directory)).toEqual(["bootstrap.json"])
    expect(statSync(directory).mode & 0o777).toBe(0o700)
  })

  test.for([
    ["its directory is a file", "file/bootstrap.json"],
    ["its path is a directory", "directory"],
  ] as const)("is refused at once, with the cure, when %s", ([, name], { expect }) => {
    const directory = newDirectory()
    mkdirSync(join(directory, "directory"))
    writeFileSync(join(directory, "file"), "")
    const path = join(directory, name)

    expect(() => reserveBootstrapFile(path)).toThrow(`Cannot write the bootstrap file "${path}"`)
    expect(() => reserveBootstrapFile(path)).toThrow("--bootstrap-file")
  })
})
