import { X509Certificate } from "node:crypto"
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises"
import { createServer } from "node:https"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { connect } from "node:tls"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { generateEcKeyPair } from "../crypto/key-pairs.ts"
import { readPemBundle, writePemBundle } from "../crypto/pem-bundle.ts"
import { issueServerCertificate } from "../crypto/x509-issue.ts"
import { createEphemeralServerCertificate, loadOrCreateServerCertificate } from "./local-ca.ts"
import { type ServerCertificate, TlsSetupError } from "./server-certificate.ts"

const day = 86_400
// Real time: Node's TLS client knows no other.
const now = Math.floor(Date.now() / 1000)
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "keybearer-tls-"))
})

afterEach(async () => {
  await rm(directory, { recursive: true })
})

function load(
  options: { dnsNames?: string[]; ipAddresses?: string[]; now?: number } = {},
): Promise<ServerCertificate> {
  return loadOrCreateServerCertificate({ directory, dnsNames: [], ipAddresses: [], now, ...options })
}

const leafOf = ({ certificateChain }: ServerCertificate) => new X509Certificate(certificateChain)

/** Does one TLS handshake and answers what the client says of the server's certificate. */
async function handshake(server: ServerCertificate, ca: string, servername: string): Promise<string> {
  const listener = createServer({ key: server.key, cert: server.certificateChain }).listen(0, "127.0.0.1")
  await new Promise((resolve) => listener.once("listening", resolve))
  const { port } = listener.address() as AddressInfo
  try {
    return await new Promise((resolve) => {
      const socket = connect({ port, host: "127.0.0.1", servername, ca }, () => resolve("trusted"))
      socket.on("error", (error: NodeJS.ErrnoException) => resolve(`${error.code} ${error.message}`))
      socket.on("secureConnect", () => socket.destroy())
    })
  } finally {
    listener.close()
  }
}

describe("the first start", () => {
  test("makes an authority and a certificate that a TLS client trusts for localhost and any vault", async () => {
    const server = await load({ dnsNames: ["kb.example", "*.vault.kb.example"] })

    for (const name of ["localhost", "my.vault.localhost", "kb.example", "x.vault.kb.example"]) {
      expect(await handshake(server, server.caCertificate!, name)).toBe("trusted")
    }
    expect(await handshake(server, server.caCertificate!, "other.example")).toMatch(
      /^ERR_TLS_CERT_ALTNAME_INVALID /,
    )
    expect(leafOf(server).checkIP("127.0.0.1")).toBe("127.0.0.1")
    expect(leafOf(server).checkIP("::1")).toBe("::1")
    expect(server.notAfter - now).toBeLessThan(397 * day)
    expect(server.caPath).toBe(join(directory, "ca.pem"))
    expect(await readFile(server.caPath!, "utf8")).toBe(server.caCertificate)
  })

  test("lets nobody else read the keys, and leaves no other files", async () => {
    await load()

    expect((await readdir(directory)).sort()).toEqual(["ca.key.pem", "ca.pem", "server.key.pem"])
    for (const name of ["ca.key.pem", "server.key.pem"]) {
      expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600)
    }
    expect(await readFile(join(directory, "ca.pem"), "utf8")).not.toContain("PRIVATE")
  })

  test("of many processes at once ends with one authority", async () => {
    const servers = await Promise.all(Array.from({ length: 12 }, () => load()))

    expect(new Set(servers.map(({ caCertificate }) => caCertificate)).size).toBe(1)
    for (const server of servers)
      expect(await handshake(server, servers[0]!.caCertificate!, "localhost")).toBe("trusted")
    expect((await readdir(directory)).sort()).toEqual(["ca.key.pem", "ca.pem", "server.key.pem"])
  })
})

describe("a later start", () => {
  test("serves the same certificate", async () => {
    const first = await load()

    expect(await load({ now: now + 360 * day })).toEqual(first)
  })

  test("issues again by the same authority when fewer than 30 days remain", async () => {
    const first = await load()
    const second = await load({ now: now + 368 * day })

    expect(second.caCertificate).toBe(first.caCertificate)
    expect(second.certificateChain).not.toBe(first.certificateChain)
    expect(second.notAfter - now).toBeGreaterThan(700 * day)
  })

  test("issues again when a name below localhost came or went", async () => {
    const first = await load()
    const second = await load({ dnsNames: ["*.kv.localhost"] })
    const third = await load()

    expect(leafOf(second).checkHost("a.kv.localhost")).toBe("*.kv.localhost")
    expect(leafOf(third).checkHost("a.kv.localhost")).toBeUndefined()
    expect(third.caCertificate).toBe(first.caCertificate)
  })

  test("writes ca.pem again when it was lost or changed", async () => {
    const { caCertificate, caPath } = await load()
    await writeFile(caPath!, "something else")

    await load()

    expect(await readFile(caPath!, "utf8")).toBe(caCertificate)
  })

  // Protects: machines trust the authority; it must not change behind their backs.
  test("never replaces the authority: expired, damaged or too narrow, it stops with the cure", async () => {
    await load()
    const path = join(directory, "ca.key.pem")
    const before = await readFile(path, "utf8")

    await expect(load({ dnsNames: ["kb.example"] })).rejects.toThrow(/may not issue for kb\.example\. Remove/)
    await expect(load({ ipAddresses: ["10.0.0.1"] })).rejects.toThrow(/may not issue for 10\.0\.0\.1/)
    await expect(load({ now: now + 3650 * day })).rejects.toThrow(/expired/)
    expect(await readFile(path, "utf8")).toBe(before)
    await writeFile(path, before.slice(0, 300))
    await expect(load()).rejects.toThrow(TlsSetupError)
    expect(await readFile(path, "utf8")).toBe(before.slice(0, 300))
  })
})

describe("the authority", () => {
  // Protects: whoever steals the CA key cannot impersonate other sites to machines that trust the CA.
  test("is not believed for names outside of what it was made for", async () => {
    const { caCertificate } = await load({ dnsNames: ["kb.example"] })
    const authority = readPemBundle(await readFile(join(directory, "ca.key.pem"), "utf8"))
    const forge = async (dnsNames: string[], ipAddresses: string[]): Promise<ServerCertificate> => {
      const { privateKey, publicKey } = await generateEcKeyPair("P-256")
      const validity = { notBefore: now - 60, notAfter: now + day }
      const issuer = { certificate: authority.certificates[0]!, privateKey: authority.privateKey }
      const leaf = issueServerCertificate(issuer, { publicKey, dnsNames, ipAddresses, ...validity })
      const key = privateKey.export({ type: "pkcs8", format: "pem" }) as string
      const certificateChain = writePemBundle({ certificates: [leaf] })
      return { key, certificateChain, notAfter: leaf.notAfter, caCertificate: undefined, caPath: undefined }
    }

    expect(await handshake(await forge(["sub.kb.example"], []), caCertificate!, "sub.kb.example")).toBe(
      "trusted",
    )
    expect(await handshake(await forge(["bank.example"], []), caCertificate!, "bank.example")).toMatch(
      /permitted subtree violation/,
    )
    expect(await handshake(await forge(["kb.example"], ["8.8.8.8"]), caCertificate!, "kb.example")).toMatch(
      /permitted subtree violation/,
    )
  })
})

describe("an ephemeral certificate", () => {
  test("is trusted by its own authority and leaves nothing on disk", async () => {
    const server = await createEphemeralServerCertificate({
      dnsNames: ["192.0.2.1", "KB.example"],
      ipAddresses: [],
      now,
    })

    expect(await handshake(server, server.caCertificate!, "kb.example")).toBe("trusted")
    expect(leafOf(server).checkIP("192.0.2.1")).toBe("192.0.2.1")
    expect(server.caPath).toBeUndefined()
    expect(await readdir(directory)).toEqual([])
  })
})
