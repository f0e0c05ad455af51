import { once } from "node:events"
import { type ClientRequest, request as httpRequest } from "node:http"
import { request as httpsRequest } from "node:https"
import { connect, type Socket } from "node:net"
import { connect as connectTls } from "node:tls"
import { text } from "node:stream/consumers"
import { afterEach, describe, expect, test } from "vitest"
import { exportPrivateKey, generateEcKeyPair } from "../crypto/key-pairs.ts"
import { toPem } from "../crypto/pem.ts"
import { createSelfSignedCertificate } from "../crypto/x509-issue.ts"
import { randomIds } from "../ids.ts"
import { isVaultHost, type Listener, openListener } from "./listener.ts"
import { createLog } from "./log.ts"
import { createSite } from "./site.ts"

const opened: Listener[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((listener) => listener.close()))
})

async function selfSigned() {
  const { privateKey } = await generateEcKeyPair("P-256")
  const certificate = createSelfSignedCertificate({
    subject: "CN=localhost",
    privateKey,
    notBefore: 1_700_000_000,
    notAfter: 2_000_000_000,
    subjectAltNames: { dnsNames: ["localhost", "*.vault.localhost"] },
  })
  return {
    key: toPem("PRIVATE KEY", exportPrivateKey(privateKey)),
    certificate: toPem("CERTIFICATE", certificate.der),
  }
}

async function open() {
  const log = createLog({ level: "silent", format: "json" })
  const site = (name: string) => createSite({ name, ids: randomIds, log, maxBodyBytes: 1024 })
  const sites = { vault: site("vault"), main: site("main"), loopback: site("loopback") }
  for (const [name, each] of Object.entries(sites)) each.get("/where", async () => ({ site: name }))
  const held = Promise.withResolvers<void>()
  const arrived = Promise.withResolvers<void>()
  sites.main.get("/held", async () => {
    arrived.resolve()
    await held.promise
    return { held: true }
  })
  const tls = await selfSigned()
  const listener = await openListener({
    addresses: ["127.0.0.1"],
    httpsPort: 0,
    httpPort: 0,
    tls,
    vaultHostSuffix: "vault.localhost",
    publicHosts: [],
    sites,
  })
  opened.push(listener)
  return { listener, ca: tls.certificate, arrived: arrived.promise, release: held.resolve }
}

async function answerTo(request: ClientRequest): Promise<{ status: number; body: string }> {
  request.end()
  const [response] = await once(request, "response")
  return { status: response.statusCode, body: await text(response) }
}

describe("the HTTPS listener", () => {
  test.each([
    ["localhost", "main"],
    ["demo.vault.localhost", "vault"],
  ])("leads %s to the %s site", async (host, expected) => {
    const { listener, ca } = await open()

    const options = { host: "127.0.0.1", port: listener.httpsPort, ca, servername: host }
    const headers = { host: `${host}:${listener.httpsPort}` }
    const answer = await answerTo(httpsRequest({ ...options, path: "/where", headers }))

    expect(answer).toEqual({ status: 200, body: JSON.stringify({ site: expected }) })
  })

  test("lets a running request finish when it stops, and closes idle connections", async () => {
    const { listener, release, arrived, ca } = await open()
    const address = { host: "127.0.0.1", port: listener.httpsPort, ca, servername: "localhost" }
    const idle = connectTls(address)
    await once(idle, "secureConnect")
    const answer = answerTo(httpsRequest({ ...address, path: "/held" }))
    await arrived

    const stopped = listener.close()
    release()

    expect((await answer).body).toBe(JSON.stringify({ held: true }))
    await stopped
    await (idle.closed || once(idle, "close"))
  })
})

describe("the loopback listener", () => {
  test("answers plain HTTP with the loopback site", async () => {
    const { listener } = await open()

    const answer = await answerTo(httpRequest({ host: "127.0.0.1", port: listener.httpPort, path: "/where" }))

    expect(answer.body).toBe(JSON.stringify({ site: "loopback" }))
  })
})

// Two parties that each take another Host for the true one can be played off against each other.
describe("a request with two Host headers", () => {
  const request = [
    "GET /where HTTP/1.1",
    "Host: localhost",
    "hOST: demo.vault.localhost",
    "Connection: keep-alive",
    "",
    "",
  ].join("\r\n")

  test("is refused on both listeners, and its connection closed", async () => {
    const { listener, ca } = await open()
    const plain = connect(listener.httpPort, "127.0.0.1")
    const secure = connectTls({ host: "127.0.0.1", port: listener.httpsPort, ca, servername: "localhost" })

    for (const socket of [plain, secure]) {
      socket.write(request)
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    }
  })
})

describe("CONNECT", () => {
  async function tunnel(listener: Listener, authority: string): Promise<{ status: string; socket: Socket }> {
    const socket = connect(listener.httpPort, "127.0.0.1")
    socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`)
    const [head] = (await once(socket, "data")) as [Buffer]
    return { status: head.toString("latin1").split("\r\n", 1)[0] ?? "", socket }
  }

  test("reaches a vault by name, without DNS", async () => {
    const { listener, ca } = await open()
    const host = `demo.vault.localhost:${listener.httpsPort}`

    const { status, socket } = await tunnel(listener, host)
    const secure = connectTls({ socket, ca, servername: "demo.vault.localhost" })
    secure.write(`GET /where HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)

    expect(status).toBe("HTTP/1.1 200 Connection Established")
    expect(await text(secure)).toContain(JSON.stringify({ site: "vault" }))
  })

  // An open proxy would let anybody on this machine hide behind the server.
  test.each([
    "example.com:443",
    "demo.vault.localhost:22",
    "vault.localhost.example.com:443",
    "10.0.0.1:443",
    "nonsense",
  ])("refuses to lead to %s", async (authority) => {
    const { listener } = await open()

    const { status, socket } = await tunnel(listener, authority)
    socket.destroy()

    expect(status).toBe("HTTP/1.1 403 Forbidden")
  })

  test("does not keep the listener from closing", async () => {
    const { listener } = await open()
    const { socket } = await tunnel(listener, `localhost:${listener.httpsPort}`)
    const closed = once(socket, "close")

    await listener.close()

    await closed
    expect(socket.destroyed).toBe(true)
  })
})

describe("isVaultHost()", () => {
  test.each([
    ["demo.vault.localhost", true],
    ["DEMO.Vault.localhost:8443", true],
    ["vault.localhost", false],
    ["a.b.vault.localhost", false],
    ["demo.vault.localhost.example.com", false],
    [undefined, false],
  ])("%s: %s", (host, expected) => {
    expect(isVaultHost(host, "vault.localhost")).toBe(expected)
  })
})
