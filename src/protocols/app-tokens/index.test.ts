import { describe, test } from "vitest"
import { boot } from "../../../test/boot.ts"

// Story D, steps 1 and 5, through the whole application.
describe.each(["authority", "loopback"] as const)("a booted server on its %s site", (site) => {
  test("signs the first administrator in, grants a token, and refuses it once revoked", async ({
    expect,
  }) => {
    const server = await boot()
    const base = `${server.context.endpoints[site]}/api/v1`
    const { userPrincipalName: username, password } = server.administrator

    const signedIn = await server.send("POST", `${base}/signin`, { body: { username, password } })
    const [cookie = ""] = signedIn.headers.get("set-cookie")!.split(";", 1)
    const granted = await server.send("GET", `${base}/apptoken/grant`, { headers: { cookie } })
    const { token, identity } = (await granted.json()) as { token: string; identity: object }

    expect(identity).toEqual({ id: 1, name: username, source: 0, role: "Administrator" })
    expect((await server.send("GET", `${base}/accessible`, { token })).status).toBe(200)
    expect((await server.send("DELETE", `${base}/apptoken/1`, { token })).status).toBe(200)
    expect((await server.send("GET", `${base}/accessible`, { token })).status).toBe(401)
    await server.close()
  })
})

test("vaults have no such surface", async ({ expect }) => {
  const server = await boot()

  expect((await server.send("GET", `${server.vaultUrl("kv1")}/api/v1/alive`)).status).not.toBe(200)
  await server.close()
})
