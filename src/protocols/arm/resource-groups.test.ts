import { beforeEach, describe, test } from "vitest"
import { type Boot, boot } from "../../../test/boot.ts"

const version = "?api-version=2021-04-01"

let server: Boot
let token: string
let groups: string

beforeEach(async () => {
  server = await boot()
  token = await server.operatorToken()
  groups = `/subscriptions/${server.subscriptionId}/resourcegroups`
})

function groupBody(name: string, location: string, tags: object = {}) {
  return {
    id: `/subscriptions/${server.subscriptionId}/resourceGroups/${name}`,
    name,
    type: "Microsoft.Resources/resourceGroups",
    location,
    tags,
    properties: { provisioningState: "Succeeded" },
  }
}

async function answerOf(response: Response): Promise<[number, unknown]> {
  return [response.status, await response.json()]
}

describe("resource groups", () => {
  test("201 and 200: made, and its tags replaced", async ({ expect }) => {
    const put = (body: object) => server.send("PUT", `${groups}/Rg1${version}`, { token, body })

    expect(await answerOf(await put({ location: "East US", tags: { a: "b" } }))).toEqual([
      201,
      groupBody("Rg1", "eastus", { a: "b" }),
    ])
    expect(await answerOf(await put({ location: "eastus" }))).toEqual([200, groupBody("Rg1", "eastus")])
    expect(await answerOf(await server.send("GET", `${groups}/RG1${version}`, { token }))).toEqual([
      200,
      groupBody("Rg1", "eastus"),
    ])
    expect(await answerOf(await server.send("GET", `${groups}/${version}`, { token }))).toEqual([
      200,
      { value: [groupBody("keybearer", "local"), groupBody("Rg1", "eastus")] },
    ])
  })

  test("204 or 404: HEAD says whether there is one", async ({ expect }) => {
    expect((await server.send("HEAD", `${groups}/keybearer${version}`, { token })).status).toBe(204)
    expect((await server.send("HEAD", `${groups}/nowhere${version}`, { token })).status).toBe(404)
  })

  test.for([
    ["no location", "rg1", {}, 400, "InvalidRequestContent"],
    ["a name that ends with a dot", "rg1.", { location: "eastus" }, 400, "InvalidRequestContent"],
    ["another location", "keybearer", { location: "eastus" }, 409, "InvalidResourceLocation"],
  ] as const)("refuses %s", async ([, name, body, status, code], { expect }) => {
    const response = await server.send("PUT", `${groups}/${name}${version}`, { token, body })

    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ error: { code } })
    const list = (await (await server.send("GET", groups + version, { token })).json()) as object
    expect(list).toEqual({ value: [groupBody("keybearer", "local")] })
  })

  test("405: groups cannot be deleted yet", async ({ expect }) => {
    const response = await server.send("DELETE", `${groups}/keybearer${version}`, { token })

    expect([response.status, response.headers.get("allow")]).toEqual([405, "PUT, GET, HEAD"])
  })
})
