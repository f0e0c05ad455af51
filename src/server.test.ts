import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer, get as getPlain } from "node:http"
import { get } from "node:https"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, test } from "vitest"
import { boot, bootListening } from "../test/boot.ts"
import { loadConfig } from "./config/index.ts"
import { createLog } from "./http/index.ts"
import { startServer } from "./server.ts"

const log = createLog({ level: "silent", format: "json" })

function newDirectory(): string {
  return mkdtempSync(join(tmpdir(), "keybearer-server-"))
}

function configOf(...argv: string[]) {
  return loadConfig({ argv, env: {}, readFile: () => "" })
}

async function start(data: string, ...argv: string[]) {
  return startServer(await configOf("--data", data, "--port", "0", "--http-port", "0", ...argv), { log })
}

function fetchStatus(url: string, ca?: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request =
      ca === undefined ? getPlain(url, { agent: false }) : get(url, { agent: false, ca, lookup: toLoopback })
    request.on("response", (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    request.on("error", reject)
  })
}

/** Not every system resolves names below `localhost`. */
function toLoopback(
  _name: string,
  _options: unknown,
  done: (error: null, addresses: { address: string; family: number }[]) => void,
): void {
  done(null, [{ address: "127.0.0.1", family: 4 }])
}

describe("boot", () => {
  test("routes a request by its host, without a socket", async ({ expect }) => {
    const { request, context } = await boot()

    for (const url of ["/health/ready", `${context.endpoints.loopback}/health/ready`]) {
      const response = await request(url)
      expect([response.status, await response.json()]).toEqual([200, { status: "ready" }])
    }
  })
})

describe("the server", () => {
  test("answers on both listeners, with a certificate that its own CA vouches for", async ({ expect }) => {
    const { server, env, close } = await bootListening()
    const ca = readFileSync(env["NODE_EXTRA_CA_CERTS"] ?? "", "utf8")

    expect(await fetchStatus(`https://localhost:${server.httpsPort}/health/ready`, ca)).toBe(200)
    expect(await fetchStatus(`http://127.0.0.1:${server.httpPort}/health/ready`)).toBe(200)

    await close()
    await expect(fetchStatus(`http://127.0.0.1:${server.httpPort}/health/live`)).rejects.toThrow(
      "ECONNREFUSED",
    )
  })

  test("hands its credentials over at the first start and never again", async ({ expect }) => {
    const data = newDirectory()
    const bootstrapFile = join(data, "bootstrap.json")
    const first = await start(data, "--bootstrap-file", bootstrapFile)
    const { authority, loopback, vaultSuffix } = first.context.endpoints
    await first.close()

    expect(authority).toBe(`https://localhost:${first.httpsPort}`)
    expect(JSON.parse(readFileSync(bootstrapFile, "utf8"))).toEqual({
      ...first.bootstrap,
      authority,
      vaultSuffix,
      managedIdentity: loopback,
      caCertificate: first.caCertificatePath,
    })
    rmSync(bootstrapFile)
    const second = await start(data, "--bootstrap-file", bootstrapFile)
    expect(second.bootstrap).toBeUndefined()
    expect(existsSync(bootstrapFile)).toBe(false)
    await second.close()
  })

  test("that could not listen hands over at the next start", async ({ expect }) => {
    const data = newDirectory()
    const occupant = createServer().listen(0, "127.0.0.1")
    await new Promise((resolve) => occupant.once("listening", resolve))
    const { port } = occupant.address() as AddressInfo

    await expect(start(data, "--http-port", String(port))).rejects.toThrow(`Port ${port}`)
    occupant.close()

    const next = await start(data)
    expect(next.bootstrap?.administrator.userPrincipalName).toBe("admin@keybearer.localhost")
    await next.close()
  })

  test("applies a seed at every start, before it says that it is ready", async ({ expect }) => {
    const data = newDirectory()
    const seed = join(newDirectory(), "seed.yaml")
    writeFileSync(seed, 'vaults: [{ name: demo, secrets: [{ name: s, value: "one" }] }]')
    await (await start(data, "--seed", seed)).close()

    const second = await start(data, "--seed", seed)

    expect(await second.context.store.vaultObjectVersions.list({})).toHaveLength(1)
    await second.close()
  })

  test("makes nothing when its seed cannot be read", async ({ expect }) => {
    const data = join(newDirectory(), "data")
    const seed = join(newDirectory(), "seed.yaml")
    writeFileSync(seed, "vaults: [{}]")

    await expect(start(data, "--seed", seed)).rejects.toThrow("vaults[0].name: is missing")

    expect(existsSync(data)).toBe(false)
  })

  test("refuses a store that was sealed with another root key", async ({ expect }) => {
    const data = newDirectory()
    await (await start(data)).close()
    const other = join(newDirectory(), "other.key")
    writeFileSync(other, "ab".repeat(32), { mode: 0o600 })

    await expect(start(data, "--root-key-file", other)).rejects.toThrow("sealed with another root key")

    const again = await start(data)
    await again.close()
  })

  test("opens its store with the passphrase it was made with, and with no other", async ({ expect }) => {
    const data = newDirectory()
    const passphrase = join(newDirectory(), "passphrase")
    writeFileSync(passphrase, "correct horse battery staple\n", { mode: 0o600 })
    await (await start(data, "--root-passphrase-file", passphrase)).close()
    await (await start(data, "--root-passphrase-file", passphrase)).close()

    writeFileSync(passphrase, "incorrect horse battery staple\n")

    await expect(start(data, "--root-passphrase-file", passphrase)).rejects.toThrow("another root key")
  })

  test("removes what an ephemeral run left in the temporary directory", async ({ expect }) => {
    const server = await startServer(
      await configOf("--ephemeral", "--data", "/nowhere", "--port", "0", "--http-port", "0"),
      {
        log,
      },
    )
    expect(readFileSync(server.caCertificatePath, "utf8")).toContain("BEGIN CERTIFICATE")

    await server.close()

    expect(existsSync(server.caCertificatePath)).toBe(false)
  })
})
