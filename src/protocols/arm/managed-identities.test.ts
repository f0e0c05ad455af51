import { beforeEach, describe, test } from "vitest"
import { type Boot, boot } from "../../../test/boot.ts"

let server: Boot
let token: string

beforeEach(async () => {
  server = await boot()
  token = await server.operatorToken()
})

async function answerOf(response: Response): Promise<[number, unknown]> {
  return [response.status, await response.json()]
}

describe("managed identities", () => {
  const body = { location: "eastus", tags: { a: "b" } }

  test("201, 200 and 204: made, read, listed and deleted", async ({ expect }) => {
    const identities = `${server.resourceGroupId}/providers/Microsoft.ManagedIdentity/userAssignedIdentities`
    const path = `${identities}/Worker?api-version=2023-01-31`

    const made = await server.send("PUT", path, { token, body })
    const [record] = await server.context.store.managedIdentities.list({})
    const expected = {
      id: `${identities}/Worker`,
      name: "Worker",
      type: "Microsoft.ManagedIdentity/userAssignedIdentities",
      location: "eastus",
      tags: { a: "b" },
      properties: {
        tenantId: server.tenantId,
        principalId: record?.servicePrincipalId,
        clientId: record?.clientId,
      },
    }
    expect(await answerOf(made)).toEqual([201, expected])
    expect(await answerOf(await server.send("PUT", path, { token, body }))).toEqual([200, expected])
    expect(await answerOf(await server.send("GET", path.toLowerCase(), { token }))).toEqual([200, expected])
    const bySubscription = identities.replace(/\/resourceGroups\/[^/]+/, "")
    for (const list of [identities, bySubscription]) {
      const answer = await server.send("GET", `${list}?api-version=2023-01-31`, { token })
      expect(await answerOf(answer)).toEqual([200, { value: [expected] }])
    }

    expect((await server.send("DELETE", path, { token })).status).toBe(200)
    expect((await server.send("DELETE", path, { token })).status).toBe(204)
    expect(await answerOf(await server.send("GET", path, { token }))).toEqual([
      404,
      {
        error: {
          code: "ResourceNotFound",
          message:
            "The Resource 'Microsoft.ManagedIdentity/userAssignedIdentities/Worker' under resource group 'keybearer' was not found.",
        },
      },
    ])
  })

  test("403: to who has no role", async ({ expect }) => {
    const { application } = await server.seed.application()
    const path = `${server.resourceGroupId}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/worker`
    const stranger = await server.token(application.appId, "resourceManager")

    const response = await server.send("PUT", `${path}?api-version=2023-01-31`, { token: stranger, body })

    expect(response.status).toBe(403)
    expect(await server.context.store.managedIdentities.list({})).toEqual([])
  })
})
