import { describe, test } from "vitest"
import { answering } from "../../test/http-client.ts"
import { azureCloud, type Cloud, findAudience, learnCloud } from "./cloud.ts"

const cloud: Cloud = {
  name: "keybearer",
  authority: "https://localhost:8443",
  resourceManager: "https://localhost:8443",
  resourceManagerAudience: "https://management.core.windows.net/",
  graph: "https://localhost:8443",
  vaultSuffix: "vault.localhost:8443",
}

describe("the audience of an address", () => {
  test.for([
    [cloud, "https://demo.vault.localhost:8443/secrets?api-version=7.4", "https://vault.localhost:8443"],
    [
      cloud,
      "https://localhost:8443/subscriptions?api-version=2022-12-01",
      "https://management.core.windows.net/",
    ],
    [cloud, "https://localhost:8443/v1.0/me", "https://localhost:8443"],
    [cloud, "https://localhost:9443/subscriptions", undefined],
    [cloud, "https://localhost.evil.example:8443/subscriptions", undefined],
    [cloud, "https://demo.vault.localhost.evil.example:8443/secrets", undefined],
    [cloud, "https://evilvault.localhost:8443/secrets", undefined],
    [cloud, "http://demo.vault.localhost:8443/secrets", undefined],
    [azureCloud, "https://demo.vault.azure.net/keys", "https://vault.azure.net"],
    [azureCloud, "https://management.azure.com/tenants", "https://management.core.windows.net/"],
    [azureCloud, "https://graph.microsoft.com/v1.0/me", "https://graph.microsoft.com/"],
    [azureCloud, "https://example.com/", undefined],
  ] as const)("%#: by host, version and nothing else", ([where, address, expected], { expect }) => {
    expect(findAudience(where, new URL(address))).toBe(expected)
  })
})

describe("a cloud", () => {
  const metadata = "GET https://localhost:8443/metadata/endpoints"

  test("is learnt from its resource manager", async ({ expect }) => {
    const http = answering({
      [metadata]: {
        body: {
          name: "keybearer",
          resourceManager: "https://localhost:8443/",
          authentication: {
            loginEndpoint: "https://localhost:8443",
            audiences: ["https://management.core.windows.net/"],
          },
          microsoftGraphResourceId: "https://localhost:8443",
          suffixes: { keyVaultDns: ".vault.localhost:8443" },
        },
      },
    })

    expect(await learnCloud(http, "https://localhost:8443/", "/ca.pem")).toEqual({
      ...cloud,
      caCertificate: "/ca.pem",
    })
  })

  test.for([
    ["no resource manager", { status: 404 }],
    ["a web page", { body: "<html>" }],
  ] as const)("with %s gives tokens and nothing else", async ([, told], { expect }) => {
    expect(await learnCloud(answering({ [metadata]: told }), "https://localhost:8443")).toEqual({
      name: "localhost:8443",
      authority: "https://localhost:8443",
      resourceManager: "https://localhost:8443",
      resourceManagerAudience: "https://management.core.windows.net/",
    })
  })

  test("of Azure is known", async ({ expect }) => {
    expect(await learnCloud(answering({}), "https://login.microsoftonline.com/")).toEqual(azureCloud)
  })

  test.for(["localhost:8443", "http://localhost:8443", ""])("is not at %j", async (authority, { expect }) => {
    await expect(learnCloud(answering({}), authority)).rejects.toMatchObject({ exitCode: 2 })
  })
})
