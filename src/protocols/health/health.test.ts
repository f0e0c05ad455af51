import { describe, expect, test } from "vitest"
import { openTestInstallation } from "../../../test/installation.ts"
import { createLog, createSite } from "../../http/index.ts"
import { registerHealth, type Startup } from "./index.ts"

async function openHealth(startup: Startup = { complete: true }) {
  const { context } = await openTestInstallation()
  const log = createLog({ level: "silent", format: "json" })
  const site = createSite({ name: "main", ids: context.ids, log, maxBodyBytes: 1024 })
  registerHealth(site, context, startup)
  return { site, context }
}

describe("GET /health/live", () => {
  test("200: the process runs, whatever the state of its store", async () => {
    const { site, context } = await openHealth({ complete: false })
    await context.store.close()

    const response = await site.inject("/health/live")

    expect([response.statusCode, response.json()]).toEqual([200, { status: "live" }])
  })
})

describe("GET /health/ready", () => {
  test("200: the store answers and the start is complete", async () => {
    const { site } = await openHealth()

    const response = await site.inject("/health/ready")

    expect([response.statusCode, response.json()]).toEqual([200, { status: "ready" }])
  })

  test("503: a seed is still being applied", async () => {
    const { site } = await openHealth({ complete: false })

    const response = await site.inject("/health/ready")

    expect([response.statusCode, response.json()]).toEqual([503, { status: "unavailable" }])
  })

  test("503: the store does not answer", async () => {
    const { site, context } = await openHealth()
    await context.store.close()

    const response = await site.inject("/health/ready")

    expect([response.statusCode, response.json()]).toEqual([503, { status: "unavailable" }])
  })
})
