import { lookup } from "node:dns/promises"
import { createServer } from "node:http"
import { connect } from "node:net"
import { describe, expect, test } from "vitest"

// The setup file is at work in every test; 192.0.2.0/24 is reserved for documentation (RFC 5737), nobody answers there.
describe("network in tests", () => {
  test("refuses an address beyond loopback, naming it", async () => {
    const failure = await fetch("http://192.0.2.1:8080/").catch((error: Error) => error.cause)
    expect(failure).toMatchObject({
      code: "ERR_BEYOND_LOOPBACK",
      message: expect.stringContaining("Test tried to reach 192.0.2.1:8080") as string,
    })
  })

  test("refuses a plain socket", async () => {
    const failure = await new Promise((resolve) => connect(443, "192.0.2.1").on("error", resolve))
    expect(failure).toMatchObject({ code: "ERR_BEYOND_LOOPBACK" })
  })

  test("refuses to look up a name that is not this machine's", async () => {
    await expect(lookup("login.example.com")).rejects.toMatchObject({ code: "ERR_BEYOND_LOOPBACK" })
    const failure = await fetch("https://login.example.com/").catch((error: Error) => error.cause)
    expect(failure).toMatchObject({ code: "ERR_BEYOND_LOOPBACK" })
  })

  test.for(["127.0.0.1", "localhost"])("lets %s through", async (host) => {
    const server = createServer((_, response) => response.end("here"))
    await new Promise<void>((resolve) => server.listen(0, host, resolve))
    const address = server.address()
    const port = typeof address === "object" && address ? address.port : 0

    const response = await fetch(`http://${host}:${port}/`)

    expect(await response.text()).toBe("here")
    server.close()
  })
})
