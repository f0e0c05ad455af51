import { afterAll, expect, test } from "vitest"
import { createLog, createSite } from "../http/index.ts"
import { countingIds } from "../ids.ts"
import { clientRequestId, correlationIdOf } from "./correlation.ts"

const log = createLog({ level: "silent", format: "json" })
const site = createSite({ name: "test", ids: countingIds(), log, maxBodyBytes: 1024 })
site.get("/", async (request) => ({
  own: request.id,
  correlationId: correlationIdOf(request),
  echoed: clientRequestId(request),
}))
afterAll(() => site.close())

async function ask(headers: Record<string, string>): Promise<Record<string, string>> {
  const answer = await site.inject({ url: "/", headers })
  return answer.json<Record<string, string>>()
}

const given = "0C0C0C0C-0000-4000-8000-000000000001"

test.for(["x-ms-client-request-id", "client-request-id"])(
  "a request goes by the GUID that its client gave it in %s",
  async (header) => {
    const { own, ...names } = await ask({ [header]: given })

    expect(names).toEqual({ correlationId: given.toLowerCase(), echoed: given })
    expect(own).not.toBe(names["correlationId"])
  },
)

test("a request without a name goes by the id that the server gave it", async () => {
  const { own, ...names } = await ask({})

  expect(names).toEqual({ correlationId: own })
})

// Correlation ids are stored with audit events and shown in terminals: a client does not choose their text.
test.for(["not a GUID", `${given}0`, "x".repeat(128)])(
  "a name that is no GUID is echoed, and never taken for the id: %j",
  async (name) => {
    const { own, ...names } = await ask({ "x-ms-client-request-id": name })

    expect(names).toEqual({ correlationId: own, echoed: name })
  },
)

test("a name of more than 128 characters is passed over", async () => {
  const { own, ...names } = await ask({ "x-ms-client-request-id": "x".repeat(129) })

  expect(names).toEqual({ correlationId: own })
})
