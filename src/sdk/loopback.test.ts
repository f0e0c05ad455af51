import { promisify } from "node:util"
import { describe, test } from "vitest"
import { isLoopbackHost, lookup } from "./loopback.ts"

describe("a host", () => {
  test.for([
    "localhost",
    "LOCALHOST",
    "localhost.",
    "demo.vault.localhost",
    "127.0.0.1",
    "127.8.0.1",
    "::1",
    "[::1]",
  ])("%s is this machine", (host, { expect }) => {
    expect(isLoopbackHost(host)).toBe(true)
  })

  test.for(["localhost.example.com", "notlocalhost", "127.0.0.1.example.com", "10.0.0.1", "::2", ""])(
    "%s is another machine",
    (host, { expect }) => {
      expect(isLoopbackHost(host)).toBe(false)
    },
  )
})

describe("a look-up", () => {
  const find = promisify<string, object, unknown>((host, options, done) => {
    lookup(host, options, (error, address) => done(error, address))
  })

  test("of any name below localhost asks nobody", async ({ expect }) => {
    expect(await find("never.made.localhost", { all: true })).toEqual([
      { address: "127.0.0.1", family: 4 },
      { address: "::1", family: 6 },
    ])
    expect(await find("never.made.localhost", { family: 6 })).toBe("::1")
    expect(await find("localhost", {})).toBe("127.0.0.1")
  })

  test("of an address answers it", async ({ expect }) => {
    expect(await find("127.0.0.1", {})).toBe("127.0.0.1")
  })
})
