import { execFileSync } from "node:child_process"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { getCACertificates } from "node:tls"
import { expect, test } from "vitest"
import { createEphemeralServerCertificate } from "./local-ca.ts"
import { toTrustInstructions, writeCaBundle } from "./trust-stores.ts"

const paths = { caPath: "/data/it's/ca.pem", bundlePath: "/data/bundle.pem", javaStorePath: "/data/java.p12" }
const byRuntime = (platform: NodeJS.Platform) =>
  Object.fromEntries(toTrustInstructions(paths, platform).map(({ runtime, lines }) => [runtime, lines]))

test("the bundle holds our authority besides all that the system trusts", async () => {
  const directory = await mkdtemp(join(tmpdir(), "keybearer-trust-"))
  const { caCertificate } = await createEphemeralServerCertificate({
    dnsNames: [],
    ipAddresses: [],
    now: 1.7e9,
  })
  const path = join(directory, "bundle.pem")

  const count = await writeCaBundle(path, caCertificate!)

  const bundle = await readFile(path, "utf8")
  const system =
    getCACertificates("system").length > 0 ? getCACertificates("system") : getCACertificates("bundled")
  expect(bundle).toContain(caCertificate!.trim())
  for (const authority of system) expect(bundle).toContain(authority.trim())
  expect(bundle.match(/BEGIN CERTIFICATE/g)).toHaveLength(count)
  expect(count).toBeGreaterThan(20)
  await rm(directory, { recursive: true })
})

test("Node is told the authority alone; Python and Go get the bundle, which replaces their own", () => {
  const lines = byRuntime("linux")

  expect(lines["node"]).toEqual([`export NODE_EXTRA_CA_CERTS='/data/it'\\''s/ca.pem'`])
  expect(lines["python"]).toEqual([
    "export REQUESTS_CA_BUNDLE='/data/bundle.pem'",
    "export SSL_CERT_FILE='/data/bundle.pem'",
  ])
  expect(lines["go"]).toEqual(["export SSL_CERT_FILE='/data/bundle.pem'"])
})

test("each system has its own way", () => {
  expect(byRuntime("linux")["system"]?.join("\n")).toContain("update-ca-certificates")
  expect(byRuntime("darwin")["system"]?.join("\n")).toContain("security add-trusted-cert")
  expect(byRuntime("win32")["system"]).toEqual(["certutil -user -addstore Root '/data/it''s/ca.pem'"])
  expect(byRuntime("win32")["node"]).toEqual(["$env:NODE_EXTRA_CA_CERTS = '/data/it''s/ca.pem'"])
})

test.skipIf(process.platform === "win32")("the lines are valid shell, whatever stands in a path", () => {
  for (const platform of ["linux", "darwin"] as const) {
    const script = Object.values(byRuntime(platform)).flat().join("\n")
    expect(() => execFileSync("sh", ["-n"], { input: script })).not.toThrow()
  }
  const [line = ""] = byRuntime("linux")["node"] ?? []
  expect(execFileSync("sh", ["-c", `${line}; printf %s "$NODE_EXTRA_CA_CERTS"`]).toString()).toBe(
    paths.caPath,
  )
})
