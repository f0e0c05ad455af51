import { describe, expect, test } from "vitest"
import { openTestContext, testNow } from "../../../test/context.ts"
import type { AuditEventRecord } from "../../storage/records.ts"
import type { DomainContext } from "../context.ts"
import { recordEvent, recordRead, verifyChain } from "./index.ts"

async function record(context: DomainContext, ...actions: string[]): Promise<void> {
  for (const action of actions) {
    await context.store.transaction((tx) =>
      recordEvent(tx, context, { tenantId: "t", actor: "someone", action, target: "/vaults/v" }),
    )
  }
}

describe("the audit log", () => {
  test("numbers its events without gaps and tells when, who and what", async () => {
    const context = await openTestContext()

    await record(context, "SecretSet", "SecretGet")

    const events = await context.store.auditEvents.list({ orderBy: "sequence" })
    expect(events.map(({ mac: _mac, ...event }) => event)).toEqual([
      {
        sequence: 1,
        at: testNow,
        tenantId: "t",
        actor: "someone",
        action: "SecretSet",
        target: "/vaults/v",
        outcome: "success",
        correlationId: null,
        details: {},
      },
      expect.objectContaining({ sequence: 2, action: "SecretGet" }),
    ])
  })

  test("is whole when nobody touched it", async () => {
    const context = await openTestContext()

    await record(context, "A", "B", "C")

    expect(await verifyChain(context)).toEqual({ whole: true, events: 3 })
  })

  test("chains reads that arrive together, with changes between them", async () => {
    const context = await openTestContext()
    const read = (action: string) =>
      recordRead(context, { tenantId: "t", actor: "someone", action, target: "/vaults/v" })

    const many = Array.from({ length: 300 }, (_, at) => read(`Read${at}`))
    await Promise.all([...many, record(context, "A", "B")])
    await read("Last")

    const events = await context.store.auditEvents.list({ orderBy: "sequence" })
    const reads = events.map(({ action }) => action).filter((action) => action.startsWith("Read"))
    expect(reads).toEqual(many.map((_, at) => `Read${at}`))
    expect(events.at(-1)).toMatchObject({ sequence: 303, action: "Last" })
    expect(await verifyChain(context)).toEqual({ whole: true, events: 303 })
  })

  test("refuses a read that it could not record", async () => {
    const context = await openTestContext()
    await context.store.close()

    const event = { tenantId: "t", actor: "someone", action: "Read", target: "/vaults/v" }
    await expect(recordRead(context, event)).rejects.toThrow("The store is closed")
  })

  test("writes nothing when the change it tells about fails", async () => {
    const context = await openTestContext()

    const failing = context.store.transaction(async (tx) => {
      await recordEvent(tx, context, { tenantId: null, actor: "a", action: "b", target: "c" })
      throw new Error("the change failed")
    })

    await expect(failing).rejects.toThrow("the change failed")
    expect(await context.store.auditEvents.list({})).toEqual([])
  })

  // Protects against somebody with the database file but without the root key.
  test.each([
    ["changed", 2, async (context: DomainContext) => edit(context, 2, { actor: "somebody else" })],
    ["removed", 3, async (context: DomainContext) => remove(context, 2)],
    ["removed from the beginning", 2, async (context: DomainContext) => remove(context, 1)],
    ["put before another", 2, async (context: DomainContext) => swap(context, 2, 3)],
    ["put in from another copy of the log", 3, splice],
  ])("shows where an event was %s", async (_what, brokenAt, tamper) => {
    const context = await openTestContext()
    await record(context, "A", "B", "C")

    await tamper(context)

    expect(await verifyChain(context)).toEqual({ whole: false, brokenAt })
  })
})

async function edit(context: DomainContext, sequence: number, change: object): Promise<void> {
  const event = await eventOf(context, sequence)
  await context.store.transaction((tx) => tx.auditEvents.update({ ...event, ...change }))
}

async function swap(context: DomainContext, one: number, other: number): Promise<void> {
  const [first, second] = [await eventOf(context, one), await eventOf(context, other)]
  await edit(context, one, { ...second, sequence: one })
  await edit(context, other, { ...first, sequence: other })
}

/** What an older copy of the database makes possible: a genuine event in the place of the one that followed later. */
async function splice(context: DomainContext): Promise<void> {
  const older = await eventOf(context, 2)
  await remove(context, 3)
  await remove(context, 2)
  await record(context, "D", "E")
  await edit(context, 2, older)
}

async function eventOf(context: DomainContext, sequence: number): Promise<AuditEventRecord> {
  const event = await context.store.auditEvents.find({ sequence })
  if (event === undefined) throw new Error("no such event")
  return event
}

async function remove(context: DomainContext, sequence: number): Promise<void> {
  await context.store.transaction(async (tx) => {
    await tx.auditEvents.delete({ sequence })
  })
}
