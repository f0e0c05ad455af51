import { describe, expect, test } from "vitest"
import { createEndpoints } from "./endpoints.ts"

const config = { publicHost: "localhost", publicPort: undefined, vaultSuffix: "vault.localhost" }
const names = ["authority", "vaultSuffix", "vaultResource", "resourceManager", "graph", "loopback"] as const

describe("endpoints", () => {
  test("carry the ports that the listeners have", () => {
    const endpoints = createEndpoints(config)

    endpoints.bind({ httpsPort: 8443, httpPort: 5000 })

    expect(Object.fromEntries(names.map((name) => [name, endpoints[name]]))).toEqual({
      authority: "https://localhost:8443",
      vaultSuffix: "vault.localhost:8443",
      vaultResource: "https://vault.localhost:8443",
      resourceManager: "https://localhost:8443",
      graph: "https://localhost:8443",
      loopback: "http://127.0.0.1:5000",
    })
  })

  // Clients compare the audience and the issuer as text.
  test("leave out the port that the scheme implies", () => {
    const endpoints = createEndpoints({
      ...config,
      publicHost: "login.example.com",
      vaultSuffix: "vault.example.com",
    })

    endpoints.bind({ httpsPort: 443, httpPort: 80 })

    expect(names.map((name) => endpoints[name])).toEqual([
      "https://login.example.com",
      "vault.example.com",
      "https://vault.example.com",
      "https://login.example.com",
      "https://login.example.com",
      "http://127.0.0.1",
    ])
  })

  test("name the port that something else forwards from", () => {
    const endpoints = createEndpoints({ ...config, publicPort: 443 })

    endpoints.bind({ httpsPort: 8443, httpPort: 5000 })

    expect([endpoints.authority, endpoints.vaultSuffix]).toEqual(["https://localhost", "vault.localhost"])
  })

  test("put an IPv6 address in brackets", () => {
    const endpoints = createEndpoints({ ...config, publicHost: "2001:db8::1" })

    endpoints.bind({ httpsPort: 8443, httpPort: 5000 })

    expect(endpoints.authority).toBe("https://[2001:db8::1]:8443")
  })

  test.each(names)("do not know %s before the server listens", (name) => {
    expect(() => createEndpoints(config)[name]).toThrow(TypeError)
  })

  test("are bound once", () => {
    const endpoints = createEndpoints(config)
    endpoints.bind({ httpsPort: 1, httpPort: 2 })

    expect(() => endpoints.bind({ httpsPort: 3, httpPort: 4 })).toThrow(TypeError)
  })
})
