import { test } from "vitest"
import type { Credential } from "./credentials/index.ts"
import { createMemoryTokenCache } from "./token-cache.ts"
import { createTokenSource } from "./token-source.ts"

const place = { authority: "https://localhost", tenantId: "t" }

function counting() {
  const asked: string[] = []
  const credential: Credential = {
    account: "app",
    requestToken: async ({ tenantId, scope }) => {
      asked.push(`${tenantId} ${scope}`)
      return { token: `token ${asked.length}`, expiresAt: 4600 }
    },
  }
  return { asked, credential }
}

test("a token is fetched once and then comes from the cache until 300 seconds before its end", async ({
  expect,
}) => {
  let now = 1000
  const { asked, credential } = counting()
  const cache = createMemoryTokenCache({ now: () => now })
  const { getToken } = createTokenSource({ credential, cache, ...place })

  const first = await getToken("s")
  now = 4300
  const second = await getToken("s")
  now = 4301
  const third = await getToken("s")

  expect([first.token, second.token, third.token]).toEqual(["token 1", "token 1", "token 2"])
  expect(asked).toEqual(["t s", "t s"])
})

test("calls at the same time share one request", async ({ expect }) => {
  const { asked, credential } = counting()
  const cache = createMemoryTokenCache({ now: () => 1000 })
  const { getToken } = createTokenSource({ credential, cache, ...place })

  const tokens = await Promise.all([getToken("s"), getToken("s"), getToken("other"), getToken("s")])

  expect(tokens.map(({ token }) => token)).toEqual(["token 1", "token 1", "token 2", "token 1"])
  expect(asked).toEqual(["t s", "t other"])
})

test("a failure is not kept", async ({ expect }) => {
  const { credential } = counting()
  let broken = true
  const failing: Credential = {
    account: "app",
    requestToken: (request) => (broken ? Promise.reject(new Error("no")) : credential.requestToken(request)),
  }
  const { getToken } = createTokenSource({ credential: failing, cache: createMemoryTokenCache(), ...place })

  await expect(getToken("s")).rejects.toThrow("no")
  broken = false

  expect((await getToken("s")).token).toBe("token 1")
})
