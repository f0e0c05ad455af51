import { describe, test } from "vitest"
import { openAppTokenClient } from "../../../test/app-token-client.ts"

async function bootWithAdmin() {
  const client = await openAppTokenClient()
  return { ...client, token: await client.tokenOf("Admin two", "Administrator") }
}

describe("/api/v1/identity", () => {
  test("200: makes an identity that can sign in, and lists it", async ({ expect }) => {
    const { call, token, administrator } = await bootWithAdmin()

    const made = await call("POST", "/identity", {
      token,
      body: { Name: "Build", Role: "Execute", Password: "correct horse" },
    })

    const build = { id: 3, name: "Build", source: 0, role: "Execute" }
    expect(made).toMatchObject({ status: 200, body: build })
    expect((await call("GET", "/identity/3", { token })).body).toEqual(build)
    expect((await call("GET", "/identity", { token })).body).toEqual([
      { id: 1, name: administrator.username, source: 0, role: "Administrator" },
      { id: 2, name: "Admin two", source: 0, role: "Administrator" },
      build,
    ])
    const signedIn = await call("POST", "/signin", { body: { username: "build", password: "correct horse" } })
    expect(signedIn.status).toBe(200)
  })

  test("400: an unknown role, and no identity is made", async ({ expect }) => {
    const { call, token, context } = await bootWithAdmin()

    const answer = await call("POST", "/identity", { token, body: { name: "Build", role: "Emperor" } })

    expect(answer).toMatchObject({
      status: 400,
      body: {
        errorMessage: 'There is no role "Emperor". Take one of the list of roles, or create it first',
        code: "invalidInput",
      },
    })
    expect(await context.store.appTokenIdentities.list({})).toHaveLength(2)
  })

  test("404: an identity that is not there", async ({ expect }) => {
    const { call, token } = await bootWithAdmin()

    expect(await call("GET", "/identity/9", { token })).toMatchObject({
      status: 404,
      body: { errorMessage: "Identity 9 was not found", code: "notFound" },
    })
  })

  test("409: a name that is taken, letter case ignored", async ({ expect }) => {
    const { call, token } = await bootWithAdmin()

    expect(await call("POST", "/identity", { token, body: { name: "ADMIN TWO" } })).toMatchObject({
      status: 409,
      body: { errorMessage: 'Identity "ADMIN TWO" exists already', code: "alreadyExists" },
    })
  })
})

describe("/api/v1/role", () => {
  test("200: lists the built-in roles and those that were made", async ({ expect }) => {
    const { call, token } = await bootWithAdmin()

    const made = await call("POST", "/role", {
      token,
      body: { name: "Deployers", description: "May deploy" },
    })
    const list = await call("GET", "/role", { token })

    const deployers = { id: 1001, name: "Deployers", description: "May deploy", permissions: [] }
    expect(made).toMatchObject({ status: 200, body: deployers })
    expect((list.body as { name: string }[]).map(({ name }) => name)).toEqual([
      "Administrator",
      "Operator",
      "Execute",
      "Reader",
      "User",
      "API Editor",
      "API Reader",
      "App Editor",
      "App Reader",
      "Deployers",
    ])
    expect((await call("GET", "/role/1001", { token })).body).toEqual(deployers)
    expect((await call("GET", "/role/1", { token })).body).toEqual({
      id: 1,
      name: "Administrator",
      description: "Everything, tokens of others included.",
      permissions: ["*"],
    })
  })

  test("404: a role that is not there, instead of an empty answer", async ({ expect }) => {
    const { call, token } = await bootWithAdmin()

    expect(await call("GET", "/role/77", { token })).toMatchObject({
      status: 404,
      body: { errorMessage: "Role 77 was not found", code: "notFound" },
    })
  })

  test("409: a built-in role cannot be made again", async ({ expect }) => {
    const { call, token } = await bootWithAdmin()

    expect(await call("POST", "/role", { token, body: { name: "administrator" } })).toMatchObject({
      status: 409,
      body: { errorMessage: 'Role "administrator" exists already', code: "alreadyExists" },
    })
  })
})
