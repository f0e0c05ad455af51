import { X509Certificate } from "node:crypto"
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { loadServerCertificate } from "./index.ts"

const now = Date.UTC(2026, 0, 1) / 1000
const names = { publicHost: "192.0.2.7", vaultSuffix: "kv.example" }
let data: string

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "keybearer-tls-"))
})

afterEach(async () => {
  await rm(data, { recursive: true })
})

test("a server with a data directory keeps its authority there and covers its host and its vaults", async () => {
  const server = await loadServerCertificate({ ...names, data, ephemeral: false }, now)

  const leaf = new X509Certificate(server.certificateChain)
  expect(leaf.checkHost("my.kv.example")).toBe("*.kv.example")
  expect(leaf.checkHost("localhost")).toBe("localhost")
  expect(leaf.checkIP("192.0.2.7")).toBe("192.0.2.7")
  expect(server.caPath).toBe(join(data, "tls", "ca.pem"))
})

test("an ephemeral server writes nothing", async () => {
  const server = await loadServerCertificate({ ...names, data, ephemeral: true }, now)

  expect(server.caCertificate).toContain("BEGIN CERTIFICATE")
  expect(await readdir(data)).toEqual([])
})

test("an operator's files are served in place of the local authority", async () => {
  const own = await loadServerCertificate({ ...names, data, ephemeral: true }, now)
  const tlsCertificate = join(data, "chain.pem")
  const tlsKey = join(data, "key.pem")
  await writeFile(tlsCertificate, own.certificateChain)
  await writeFile(tlsKey, own.key)

  const served = await loadServerCertificate(
    { ...names, data, ephemeral: false, tlsCertificate, tlsKey },
    now,
  )

  expect(served).toEqual({ ...own, caCertificate: undefined })
  expect((await readdir(data)).sort()).toEqual(["chain.pem", "key.pem"])
})
