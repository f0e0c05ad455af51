import { afterAll, beforeAll, expect, test } from "vitest"
import { boot, type Boot } from "../../test/boot.ts"
import { createLog, createSite, type Site } from "../http/index.ts"
import type { SeededApplication } from "../../test/seed.ts"
import { authenticateCaller } from "./caller.ts"

let server: Boot
let client: SeededApplication
let site: Site
const seen: (string | undefined)[] = []

beforeAll(async () => {
  server = await boot()
  client = await server.seed.application({ displayName: "Client" })
  const log = createLog({ level: "silent", format: "json" })
  site = createSite({ name: "test", ids: server.context.ids, log, maxBodyBytes: 1024 })
  site.get("/", async (request) => {
    const caller = await authenticateCaller(server.context, request, "vault")
    seen.push(request.callerId)
    return caller
  })
  site.setErrorHandler((error, _request, reply) => {
    const { kind, subject, reason, detail } = error as {
      kind?: string
      subject?: string
      reason?: string
      detail?: string
    }
    return reply.code(401).send({ kind, subject, reason, detail })
  })
})
afterAll(async () => {
  await site.close()
  await server.close()
})

async function ask(headers: Record<string, string>): Promise<unknown> {
  const answer = await site.inject({ url: "/", headers })
  return answer.json<unknown>()
}

test.for(["Bearer", "bearer", "BEARER "])("knows the caller by %s and its token", async (scheme) => {
  const token = await server.token(client.application.appId)
  const correlationId = "0c0c0c0c-0000-4000-8000-000000000001"

  const caller = await ask({
    authorization: `${scheme} ${token}`,
    "x-ms-client-request-id": correlationId,
  })

  expect(caller).toEqual({
    tenantId: server.tenantId,
    principalId: client.servicePrincipal.id,
    principalType: "ServicePrincipal",
    appId: client.application.appId,
    displayName: "Client",
    correlationId,
  })
  expect(seen.at(-1)).toBe(client.servicePrincipal.id)
})

test.for([{}, { authorization: "" }, { authorization: "Basic YTpi" }, { authorization: "Bearer" }])(
  "asks for a token when there is none: %j",
  async (headers) => {
    expect(await ask(headers as Record<string, string>)).toEqual({
      kind: "unauthenticated",
      subject: "token",
      reason: "missing",
      detail: "The request has no bearer token",
    })
  },
)

const refused: [reason: string, token: () => Promise<string>][] = [
  ["malformed", async () => "a.b.c"],
  ["malformed", async () => `${await server.token(client.application.appId)}, Bearer x`],
  ["audience", () => server.token(client.application.appId, "resourceManager")],
]

test.for(refused)("passes the refusal on: %s", async ([reason, token]) => {
  expect(await ask({ authorization: `Bearer ${await token()}` })).toMatchObject({
    kind: "unauthenticated",
    subject: "token",
    reason,
  })
})
