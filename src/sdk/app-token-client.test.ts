import { afterAll, beforeAll, describe, test } from "vitest"
import { bootListening, type Listening } from "../../test/boot.ts"
import { createAppTokenClient } from "./app-token-client.ts"
import { createHttpClient } from "./http-client.ts"

let listening: Listening
const http = createHttpClient()

beforeAll(async () => {
  listening = await bootListening()
})

afterAll(() => listening.close())

function client(appToken?: string) {
  const { appTokens } = listening.server.bootstrap!
  return createAppTokenClient({
    http,
    baseUrl: `${appTokens}/`,
    ...(appToken === undefined ? {} : { appToken }),
  })
}

async function signedIn() {
  const { userPrincipalName, password } = listening.server.bootstrap!.administrator
  const signedInClient = client()
  await signedInClient.signIn(userPrincipalName, password)
  return signedInClient
}

describe("app tokens", () => {
  test("are granted after signing in, shown whole that once, and good for calls", async ({ expect }) => {
    const granted = await (await signedIn()).grant()

    const listed = await client(granted.token).list()

    expect(granted.token).toMatch(/^eyJ/)
    expect(granted.identity.name).toBe(listening.server.bootstrap!.administrator.userPrincipalName)
    expect(listed.find(({ id }) => id === granted.id)).toMatchObject({ token: "", revoked: false })
  })

  test("that are revoked are refused at the next call", async ({ expect }) => {
    const administrator = await signedIn()
    const { id, token } = await administrator.grant()
    await administrator.revoke(id)

    await expect(client(token).list()).rejects.toMatchObject({ kind: "refused", status: 401 })
  })

  test("are not granted to whoever gives a wrong password", async ({ expect }) => {
    const { userPrincipalName } = listening.server.bootstrap!.administrator
    const stranger = client()

    await expect(stranger.signIn(userPrincipalName, "wrong")).rejects.toMatchObject({
      kind: "refused",
      status: 401,
    })
    await expect(stranger.grant()).rejects.toMatchObject({ kind: "refused", status: 401 })
  })
})
