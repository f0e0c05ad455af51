import { beforeEach, describe, test } from "vitest"
import { type Boot, boot } from "../../../test/boot.ts"
import type { SeededApplication } from "../../../test/seed.ts"

const version = "?api-version=2022-04-01"
const assignmentId = "c3bf04cc-a585-4ffc-978b-9c1d0cf47bdd"
const secretsUser = "4633458b-17de-408a-b874-0445c86b69e6"

let server: Boot
let token: string
let scope: string
let worker: SeededApplication

beforeEach(async () => {
  server = await boot()
  token = await server.operatorToken()
  scope = (await server.seed.vault({ name: "Kv1" })).scope
  worker = await server.seed.application()
})

function pathOf(at: string, id = assignmentId): string {
  return `${at}/providers/Microsoft.Authorization/roleAssignments/${id}`
}

function roleIdOf(id: string): string {
  return `/subscriptions/${server.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${id}`
}

function assign(
  at: string,
  { id = assignmentId, ...properties }: { id?: string; [more: string]: unknown } = {},
) {
  return server.send("PUT", pathOf(at, id) + version, {
    token,
    body: {
      properties: {
        roleDefinitionId: roleIdOf(secretsUser),
        principalId: worker.servicePrincipal.id,
        principalType: "ServicePrincipal",
        ...properties,
      },
    },
  })
}

async function operatorId(): Promise<string | undefined> {
  const { operator } = server
  const [found] = await server.context.store.servicePrincipals.list({ where: { appId: operator.clientId } })
  return found?.id
}

async function assignmentBody(at: string, properties: object = {}, id = assignmentId) {
  const creator = await operatorId()
  return {
    properties: {
      roleDefinitionId: roleIdOf(secretsUser),
      principalId: worker.servicePrincipal.id,
      principalType: "ServicePrincipal",
      scope: at,
      condition: null,
      conditionVersion: null,
      createdOn: "2026-11-21T00:00:00Z",
      updatedOn: "2026-11-21T00:00:00Z",
      createdBy: creator,
      updatedBy: creator,
      delegatedManagedIdentityResourceId: null,
      description: null,
      ...properties,
    },
    id: pathOf(at, id),
    type: "Microsoft.Authorization/roleAssignments",
    name: id,
  }
}

async function answerOf(response: Response): Promise<[number, unknown]> {
  return [response.status, await response.json()]
}

describe("PUT {scope}/…/roleAssignments/{id}", () => {
  test("201: gives a role at a vault, and 200 when repeated", async ({ expect }) => {
    const expected = await assignmentBody(scope)

    expect(await answerOf(await assign(scope))).toEqual([201, expected])
    expect(await answerOf(await assign(scope))).toEqual([200, expected])
  })

  test("201: gives a role at one secret, and at the group, in the spelling they were given", async ({
    expect,
  }) => {
    const id = "11111111-a585-4ffc-978b-9c1d0cf47bdd"
    const secret = `${scope}/secrets/Db-Password`

    expect(await answerOf(await assign(secret))).toEqual([201, await assignmentBody(secret)])
    const group = server.resourceGroupId
    expect(await answerOf(await assign(group, { id, description: "for the tour" }))).toEqual([
      201,
      await assignmentBody(group, { description: "for the tour" }, id),
    ])
  })

  test("400: refuses who is not in the directory, and says what to give", async ({ expect }) => {
    const principalId = worker.application.appId

    expect(await answerOf(await assign(scope, { principalId }))).toEqual([
      400,
      {
        error: {
          code: "PrincipalNotFound",
          message: `Principal "${principalId}" is not in the directory ${server.tenantId}. Give the object id of a service principal or user, not its application id`,
          target: "principalId",
        },
      },
    ])
  })

  test.for([
    ["an unknown role", { roleDefinitionId: "no-such-role" }, "InvalidRoleDefinitionId"],
    ["an id that is no GUID", { id: "mine" }, "InvalidRoleAssignmentId"],
    [
      "a condition, which would not hold",
      { condition: "@Resource[x] StringEquals 'y'" },
      "FeatureNotSupported",
    ],
    ["a principal that is no text", { principalId: 1 }, "InvalidRequestContent"],
    ["no principal", { principalId: null }, "InvalidRequestContent"],
  ] as const)("400: refuses %s and gives nothing", async ([, fault, code], { expect }) => {
    const response = await assign(scope, fault)

    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code } })
    const list = await server.send(
      "GET",
      `${pathOf(scope, "")}${version}&$filter=principalId eq '${worker.servicePrincipal.id}'`,
      { token },
    )
    expect(await list.json()).toEqual({ value: [] })
  })

  test("403: managing a vault is not managing access to it", async ({ expect }) => {
    const contributor = await server.seed.application()
    await server.seed.assignRole(contributor.servicePrincipal.id, "Key Vault Contributor", scope)
    token = await server.token(contributor.application.appId, "resourceManager")

    const response = await assign(scope)

    expect(await answerOf(response)).toEqual([
      403,
      {
        error: {
          code: "AuthorizationFailed",
          message: `The client '${contributor.application.appId}' with object id '${contributor.servicePrincipal.id}' does not have authorization to perform action 'Microsoft.Authorization/roleAssignments/write' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
        },
      },
    ])
  })

  test("409: names the assignment that there is, where az looks for it", async ({ expect }) => {
    await assign(scope)

    expect(await answerOf(await assign(scope, { id: "11111111-a585-4ffc-978b-9c1d0cf47bdd" }))).toEqual([
      409,
      {
        error: {
          code: "RoleAssignmentExists",
          message:
            "The role assignment already exists. The ID of the existing role assignment is c3bf04cca5854ffc978b9c1d0cf47bdd.",
        },
      },
    ])
  })

  test("takes effect at once, and its deletion does too", async ({ expect }) => {
    const vaultToken = await server.token(worker.application.appId)
    const listSecrets = () =>
      server.send("GET", `${server.vaultUrl("kv1")}/secrets?api-version=7.4`, { token: vaultToken })

    expect((await listSecrets()).status).toBe(403)
    await assign(scope)
    expect((await listSecrets()).status).toBe(200)
    await server.send("DELETE", pathOf(scope) + version, { token })
    expect((await listSecrets()).status).toBe(403)
  })
})

describe("GET and DELETE {scope}/…/roleAssignments/{id}", () => {
  test("200: answers it, deletes it, and then there is none", async ({ expect }) => {
    await assign(scope)
    const path = pathOf(scope) + version
    const expected = await assignmentBody(scope)

    expect(await answerOf(await server.send("GET", path.toUpperCase(), { token }))).toEqual([200, expected])
    expect(await answerOf(await server.send("DELETE", path, { token }))).toEqual([200, expected])
    expect((await server.send("DELETE", path, { token })).status).toBe(204)
    expect(await answerOf(await server.send("GET", path, { token }))).toEqual([
      404,
      {
        error: {
          code: "RoleAssignmentNotFound",
          message: `Role assignment "${assignmentId}" was not found at "${scope}"`,
        },
      },
    ])
  })
})

describe("lists of role assignments", () => {
  const listed = async (at: string, filter?: string) => {
    const query = filter === undefined ? "" : `&$filter=${encodeURIComponent(filter)}`
    const response = await server.send(
      "GET",
      `${at}/providers/Microsoft.Authorization/roleAssignments${version}${query}`,
      { token },
    )
    const page = (await response.json()) as {
      value: { properties: { scope: string; principalId: string } }[]
    }
    const ours = page.value.filter(({ properties }) => properties.principalId === worker.servicePrincipal.id)
    return ours.map(({ properties }) => properties.scope).sort()
  }

  test("200: at, above and below; or at and above; or one principal's", async ({ expect }) => {
    const other = await server.seed.application()
    const group = server.resourceGroupId
    const secret = `${scope}/secrets/s`
    for (const at of [group, scope, secret]) {
      await server.seed.assignRole(worker.servicePrincipal.id, "Reader", at)
      await server.seed.assignRole(other.servicePrincipal.id, "Reader", at)
    }

    expect(await listed(scope)).toEqual([group, scope, secret])
    expect(await listed(scope, "atScope()")).toEqual([group, scope])
    expect(await listed(scope, `atScope() and principalId eq '${worker.servicePrincipal.id}'`)).toEqual([
      group,
      scope,
    ])
    expect(await listed(scope, `assignedTo('${worker.servicePrincipal.id.toUpperCase()}')`)).toEqual([
      group,
      scope,
      secret,
    ])
    expect(await listed(scope, `principalId eq '${other.servicePrincipal.id}'`)).toEqual([])
  })

  test("400: refuses a filter that it would have to ignore", async ({ expect }) => {
    const path = `${scope}/providers/Microsoft.Authorization/roleAssignments${version}&$filter=roleName eq 'x'`

    expect(await answerOf(await server.send("GET", path, { token }))).toEqual([
      400,
      {
        error: {
          code: "InvalidFilterInQueryString",
          message: "The filter is not supported. It may have: atScope, principalId, assignedTo.",
        },
      },
    ])
  })
})

describe("role definitions", () => {
  const path = (at: string, id = "") =>
    `${at}/providers/Microsoft.Authorization/roleDefinitions${id}${version}`

  test("200: by name, by id, and all of them", async ({ expect }) => {
    const reader = {
      properties: {
        roleName: "Reader",
        type: "BuiltInRole",
        description: "Sees everything, changes nothing.",
        assignableScopes: ["/"],
        permissions: [{ actions: ["*/read"], notActions: [], dataActions: [], notDataActions: [] }],
        createdOn: "2015-02-02T21:55:09.8806423Z",
        updatedOn: "2015-02-02T21:55:09.8806423Z",
        createdBy: null,
        updatedBy: null,
      },
      id: roleIdOf("acdd72a7-3385-48ef-bd42-f606fba81ae7"),
      type: "Microsoft.Authorization/roleDefinitions",
      name: "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    }

    const byName = await server.send("GET", `${path(scope)}&$filter=roleName%20eq%20%27reader%27`, { token })
    expect(await answerOf(byName)).toEqual([200, { value: [reader] }])
    const byId = await server.send("GET", path(scope, "/ACDD72A7-3385-48ef-bd42-f606fba81ae7"), { token })
    expect(await answerOf(byId)).toEqual([200, reader])
    const custom = await server.send("GET", `${path(scope)}&$filter=type eq 'CustomRole'`, { token })
    expect(await answerOf(custom)).toEqual([200, { value: [] }])
    const all = (await (await server.send("GET", path(scope), { token })).json()) as { value: unknown[] }
    expect(all.value.length).toBe(15)
  })

  test("404: there is no role of that id, and a name is none", async ({ expect }) => {
    for (const id of ["99999999-9999-4999-8999-999999999999", "Reader"]) {
      expect(await answerOf(await server.send("GET", path(scope, `/${id}`), { token }))).toEqual([
        404,
        {
          error: {
            code: "RoleDefinitionDoesNotExist",
            message: `The role definition with ID '${id}' does not exist.`,
          },
        },
      ])
    }
  })
})
