import { beforeEach, describe, test } from "vitest"
import { type Boot, boot } from "../../../test/boot.ts"

const version = "?api-version=2023-07-01"

let server: Boot
let token: string
let vaults: string

beforeEach(async () => {
  server = await boot()
  token = await server.operatorToken()
  vaults = `${server.resourceGroupId}/providers/Microsoft.KeyVault/vaults`
})

function putVault(name: string, properties: object = {}, more: object = {}) {
  return server.send("PUT", `${vaults}/${name}${version}`, {
    token,
    body: {
      location: "eastus",
      properties: { tenantId: server.tenantId, sku: { family: "A", name: "standard" }, ...properties },
      ...more,
    },
  })
}

function vaultBody(name: string, properties: object = {}, tags: object = {}) {
  return {
    id: `${vaults}/${name}`,
    name,
    type: "Microsoft.KeyVault/vaults",
    location: "eastus",
    tags,
    properties: {
      tenantId: server.tenantId,
      sku: { family: "A", name: "standard" },
      accessPolicies: [],
      enabledForDeployment: false,
      enabledForDiskEncryption: false,
      enabledForTemplateDeployment: false,
      enableSoftDelete: true,
      softDeleteRetentionInDays: 90,
      enableRbacAuthorization: true,
      vaultUri: `https://${name.toLowerCase()}.vault.localhost:8443/`,
      provisioningState: "Succeeded",
      publicNetworkAccess: "Enabled",
      ...properties,
    },
  }
}

async function answerOf(response: Response): Promise<[number, unknown]> {
  return [response.status, await response.json()]
}

describe("PUT …/vaults/{name}", () => {
  test("200: makes the vault that az 2.45 asks for, and says that access is by roles", async ({ expect }) => {
    // Word for word what az-captures/keyvault-mgmt.json has.
    const properties = {
      accessPolicies: [
        {
          tenantId: server.tenantId,
          objectId: "bbbbbbbb-0000-0000-0000-00000000000a",
          permissions: { keys: ["all"], secrets: ["all"], certificates: ["all"], storage: ["all"] },
        },
      ],
      enableSoftDelete: true,
      softDeleteRetentionInDays: 90,
      networkAcls: { bypass: "AzureServices", defaultAction: "Allow" },
    }

    expect(await answerOf(await putVault("Kv1", properties))).toEqual([200, vaultBody("Kv1")])
  })

  test("200: takes the whole vault back, as az does to change one thing", async ({ expect }) => {
    const made = (await (await putVault("kv1", {}, { tags: { a: "b" } })).json()) as ReturnType<
      typeof vaultBody
    >

    const again = await server.send("PUT", `${vaults.toUpperCase()}/KV1${version}`, {
      token,
      body: { ...made, properties: { ...made.properties, enablePurgeProtection: true } },
    })

    expect(await answerOf(again)).toEqual([
      200,
      vaultBody("kv1", { enablePurgeProtection: true }, { a: "b" }),
    ])
  })

  test.for([
    ["an empty body", "", "InvalidRequestContent", undefined],
    ["a body that is no JSON", "{", "InvalidRequestContent", undefined],
    ["a body that is a list", "[]", "InvalidRequestContent", undefined],
    ["no location", { location: undefined }, "InvalidRequestContent", "location"],
    ["a location that is a number", { location: 1 }, "InvalidRequestContent", "location"],
    ["no properties", { properties: undefined }, "InvalidRequestContent", "properties"],
    ["no SKU", { properties: { tenantId: "x" } }, "InvalidRequestContent", "properties.sku"],
    ["tags that are no text", { tags: { a: 1 } }, "InvalidRequestContent", "tags"],
  ] as const)("400: refuses %s and makes nothing", async ([, fault, code, target], { expect }) => {
    const whole = { location: "eastus", properties: { tenantId: server.tenantId, sku: { name: "standard" } } }

    const response = await server.send("PUT", `${vaults}/kv1${version}`, {
      token,
      body: typeof fault === "string" ? fault : { ...whole, ...fault },
    })

    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code, ...(target && { target }) } })
    expect((await server.send("GET", `${vaults}/kv1${version}`, { token })).status).toBe(404)
  })

  test.for([
    ["access policies", { enableRbacAuthorization: false }, "enableRbacAuthorization"],
    ["a firewall", { networkAcls: { defaultAction: "Deny" } }, "networkAcls"],
    ["rules of a firewall", { networkAcls: { ipRules: [{ value: "10.0.0.0/8" }] } }, "networkAcls"],
    ["no public network", { publicNetworkAccess: "Disabled" }, "networkAcls"],
    ["no soft delete", { enableSoftDelete: false }, "enableSoftDelete"],
    ["another tenant", { tenantId: "99999999-9999-4999-8999-999999999999" }, "properties.tenantId"],
    ["six days of retention", { softDeleteRetentionInDays: 6 }, "softDeleteRetentionInDays"],
  ] as const)("400: refuses %s rather than pretend", async ([, properties, target], { expect }) => {
    const response = await putVault("kv1", properties)

    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code: "InvalidRequestContent", target } })
    expect((await server.send("GET", `${vaults}/kv1${version}`, { token })).status).toBe(404)
  })

  test.for(["ab", "a--b", "1abc", "a_b", "a".repeat(25)])(
    "400: refuses the name %j",
    async (name, { expect }) => {
      expect(await answerOf(await putVault(name))).toEqual([
        400,
        {
          error: {
            code: "VaultNameNotValid",
            message: `The vault name '${name}' is invalid. A vault's name must be between 3-24 alphanumeric characters. The name must begin with a letter, end with a letter or digit, and not contain consecutive hyphens.`,
          },
        },
      ])
    },
  )

  test.for(["a%2Fb", "a%00b", "a%3Fb", "a%5Cb"])(
    "400: refuses the encoded name %s",
    async (name, { expect }) => {
      const response = await putVault(name)

      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ error: { code: "InvalidRequestContent" } })
    },
  )

  test("403: names client, action and scope to who has no role", async ({ expect }) => {
    const { application, servicePrincipal } = await server.seed.application()
    const stranger = await server.token(application.appId, "resourceManager")

    const whole = { location: "eastus", properties: { tenantId: server.tenantId, sku: { name: "standard" } } }
    const refused = await server.send("PUT", `${vaults}/kv1${version}`, { token: stranger, body: whole })
    expect(await answerOf(refused)).toEqual([
      403,
      {
        error: {
          code: "AuthorizationFailed",
          message: `The client '${application.appId}' with object id '${servicePrincipal.id}' does not have authorization to perform action 'Microsoft.KeyVault/vaults/write' over scope '${vaults}/kv1' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
        },
      },
    ])
  })

  test("404: knows the group or the subscription to be missing", async ({ expect }) => {
    const body = { location: "eastus", properties: { tenantId: server.tenantId, sku: { name: "standard" } } }
    const elsewhere = vaults.replace("keybearer", "nowhere")
    const foreign = vaults.replace(server.subscriptionId, "99999999-9999-4999-8999-999999999999")

    expect(await answerOf(await server.send("PUT", `${elsewhere}/kv1${version}`, { token, body }))).toEqual([
      404,
      { error: { code: "ResourceGroupNotFound", message: "Resource group 'nowhere' could not be found." } },
    ])
    expect(await answerOf(await server.send("PUT", `${foreign}/kv1${version}`, { token, body }))).toEqual([
      404,
      {
        error: {
          code: "SubscriptionNotFound",
          message: "The subscription '99999999-9999-4999-8999-999999999999' could not be found.",
        },
      },
    ])
  })

  test("409: a name belongs to one vault, a vault to one location", async ({ expect }) => {
    await putVault("kv1")
    const group = server.resourceGroupId.replace("keybearer", "other")
    await server.send("PUT", `${group}?api-version=2021-04-01`, { token, body: { location: "eastus" } })
    const body = { location: "eastus", properties: { tenantId: server.tenantId, sku: { name: "standard" } } }
    const other = await server.send("PUT", `${vaults.replace("keybearer", "other")}/KV1${version}`, {
      token,
      body,
    })

    expect(other.status).toBe(409)
    expect(await other.json()).toMatchObject({ error: { code: "VaultAlreadyExists" } })
    const moved = await putVault("kv1", {}, { location: "westus" })
    expect(moved.status).toBe(409)
    expect(await moved.json()).toMatchObject({ error: { code: "InvalidResourceLocation" } })
  })

  test("413: refuses two megabytes before reading them", async ({ expect }) => {
    const response = await putVault("kv1", {}, { tags: { a: "x".repeat(2_000_000) } })

    expect(await answerOf(response)).toEqual([
      413,
      {
        error: {
          code: "RequestContentTooLarge",
          message: "The request content is too large. At most 1048576 bytes are read.",
        },
      },
    ])
  })
})

describe("GET …/vaults/{name}", () => {
  test("200: answers the vault to who may read just this one", async ({ expect }) => {
    await putVault("kv1")
    await putVault("kv2")
    const { application, servicePrincipal } = await server.seed.application()
    await server.seed.assignRole(servicePrincipal.id, "Reader", `${vaults}/kv1`)
    const reader = await server.token(application.appId, "resourceManager")

    expect(await answerOf(await server.send("GET", `${vaults}/KV1${version}`, { token: reader }))).toEqual([
      200,
      vaultBody("kv1"),
    ])
    expect((await server.send("GET", `${vaults}/kv2${version}`, { token: reader })).status).toBe(403)
  })

  test("404: says so as Azure does", async ({ expect }) => {
    expect(await answerOf(await server.send("GET", `${vaults}/kv1${version}`, { token }))).toEqual([
      404,
      {
        error: {
          code: "ResourceNotFound",
          message:
            "The Resource 'Microsoft.KeyVault/vaults/kv1' under resource group 'keybearer' was not found.",
        },
      },
    ])
  })
})

describe("PATCH …/vaults/{name}", () => {
  test("200: changes what is given and leaves the rest", async ({ expect }) => {
    await putVault("kv1", { softDeleteRetentionInDays: 7 }, { tags: { a: "b" } })

    const response = await server.send("PATCH", `${vaults}/kv1${version}`, {
      token,
      body: { properties: { enablePurgeProtection: true } },
    })

    const properties = { softDeleteRetentionInDays: 7, enablePurgeProtection: true }
    expect(await answerOf(response)).toEqual([200, vaultBody("kv1", properties, { a: "b" })])
  })

  test("400: purge protection cannot be taken back", async ({ expect }) => {
    await putVault("kv1", { enablePurgeProtection: true })
    const body = { properties: { enablePurgeProtection: false } }

    expect(await answerOf(await server.send("PATCH", `${vaults}/kv1${version}`, { token, body }))).toEqual([
      400,
      {
        error: {
          code: "InvalidRequestContent",
          message:
            'The property "enablePurgeProtection" cannot be set to false. Enabling the purge protection for a vault is an irreversible action.',
          target: "enablePurgeProtection",
        },
      },
    ])
  })
})

describe("DELETE …/vaults/{name}", () => {
  test("405: says which methods there are, and deletes nothing", async ({ expect }) => {
    await putVault("kv1")

    const response = await server.send("DELETE", `${vaults}/kv1${version}`, { token })

    expect(response.headers.get("allow")).toBe("PUT, GET, PATCH")
    expect(await answerOf(response)).toEqual([
      405,
      {
        error: {
          code: "MethodNotAllowed",
          message: "The method DELETE is not supported here. Use PUT, GET, PATCH.",
        },
      },
    ])
    expect((await server.send("GET", `${vaults}/kv1${version}`, { token })).status).toBe(200)
  })
})

describe("lists of vaults", () => {
  test("200: by group and by subscription, page after page", async ({ expect }) => {
    for (const name of ["vault-a", "vault-b", "vault-c"]) await putVault(name)
    const bySubscription = `/subscriptions/${server.subscriptionId}/providers/Microsoft.KeyVault/vaults`

    for (const path of [vaults, bySubscription]) {
      const names: string[] = []
      let next: string | undefined = `${path}${version}&$top=2`
      while (next !== undefined) {
        const page = (await (await server.send("GET", next, { token })).json()) as {
          value: { name: string }[]
          nextLink?: string
        }
        names.push(page.value.map(({ name }) => name).join(" "))
        next = page.nextLink
      }
      expect(names).toEqual(["vault-a vault-b", "vault-c"])
    }
  })

  test.for(["0", "-1", "x", "1.5"])("400: refuses $top=%s", async (top, { expect }) => {
    const response = await server.send("GET", `${vaults}${version}&$top=${top}`, { token })

    expect(await answerOf(response)).toEqual([
      400,
      {
        error: {
          code: "InvalidRequestContent",
          message: "The parameter $top must be a whole number from 1.",
          target: "$top",
        },
      },
    ])
  })

  test("200: there are no managed HSMs and no deleted vaults", async ({ expect }) => {
    const provider = `/subscriptions/${server.subscriptionId}/providers/Microsoft.KeyVault`
    const group = `${server.resourceGroupId}/providers/Microsoft.KeyVault`

    for (const path of [`${provider}/managedHSMs`, `${provider}/deletedVaults`, `${group}/managedHSMs`]) {
      expect(await answerOf(await server.send("GET", `${path}${version}`, { token }))).toEqual([
        200,
        { value: [] },
      ])
    }
  })
})

describe("GET /subscriptions/{id}/resources", () => {
  const query = (filter: string) => `?api-version=2015-11-01&$filter=${encodeURIComponent(filter)}`

  test("200: finds a vault by type and name, as az does to learn its group", async ({ expect }) => {
    await putVault("kv1")
    await putVault("kv2", {}, { tags: { a: "b" } })
    await server.seed.managedIdentity("kv2")
    const resources = `/subscriptions/${server.subscriptionId}/resources`
    const filter = "resourceType eq 'Microsoft.KeyVault/vaults' and name eq 'KV2'"

    const response = await server.send("GET", resources + query(filter), { token })

    const { id, name, type, location, tags } = vaultBody("kv2", {}, { a: "b" })
    expect(await answerOf(response)).toEqual([200, { value: [{ id, name, type, location, tags }] }])
  })

  test("200: shows a caller the vaults that it may read, and no other", async ({ expect }) => {
    await putVault("kv1")
    await putVault("kv2")
    const { application, servicePrincipal } = await server.seed.application()
    await server.seed.assignRole(servicePrincipal.id, "Key Vault Reader", `${vaults}/kv2`)
    const reader = await server.token(application.appId, "resourceManager")
    const path = `/subscriptions/${server.subscriptionId}/resources`

    const response = await server.send("GET", path + query("resourceType eq 'Microsoft.KeyVault/vaults'"), {
      token: reader,
    })

    const page = (await response.json()) as { value: { name: string }[] }
    expect(page.value.map(({ name }) => name)).toEqual(["kv2"])
  })

  test.for(["location eq 'x'", "resourceType ne 'x'", "name eq 'x' or name eq 'y'", "'"])(
    "400: refuses the filter %s",
    async (filter, { expect }) => {
      const path = `/subscriptions/${server.subscriptionId}/resources`

      expect(await answerOf(await server.send("GET", path + query(filter), { token }))).toEqual([
        400,
        {
          error: {
            code: "InvalidFilterInQueryString",
            message: "The filter is not supported. It may have: resourceType, name.",
          },
        },
      ])
    },
  )
})
