/**
 * The audit log: one event for every change and every denied or sensitive read, written in the
 * transaction of what it tells about. Each event carries a keyed MAC over itself and the MAC before
 * it, so that a changed, removed or reordered event shows. It never holds a secret. It does not own
 * which events there are; the functions that do something name them.
 *
 * Governing document: DESIGN 5.
 */
import { digestsEqual, hmacSha256 } from "../../crypto/mac.ts"
import type { AuditEventRecord, Json } from "../../storage/records.ts"
import type { Store, Transaction } from "../../storage/store.ts"
import type { DomainContext } from "../context.ts"

export interface AuditEvent {
  tenantId: string | null
  /** Who: object id of the caller, name of the identity, or `system`. */
  actor: string
  /** What, by its Azure log name where there is one: `SecretSet`, `VaultPut`. */
  action: string
  /** On what: a resource id or the name of the thing. */
  target: string
  outcome?: AuditEventRecord["outcome"]
  correlationId?: string | null
  /** Names and rules only. */
  details?: { [member: string]: Json }
}

/** Appends an event to the chain, as part of the transaction it tells about. */
export async function recordEvent(
  tx: Transaction,
  context: Pick<DomainContext, "clock" | "keyring">,
  event: AuditEvent,
): Promise<void> {
  await appendEvents(tx, context, [event])
}

/** Reads whose events wait for a transaction of their store. */
const waitingReads = new WeakMap<Store, WaitingRead[]>()

interface WaitingRead {
  event: AuditEvent
  resolve: () => void
  reject: (error: unknown) => void
}

const readsPerTransactionMax = 128

/**
 * Records a read, in a transaction that reads arriving together share: the chain is looked up once for all
 * of them. Resolves when the event is on disk; only then may the answer go out.
 */
export function recordRead(context: DomainContext, event: AuditEvent): Promise<void> {
  return new Promise((resolve, reject) => {
    const read = { event, resolve, reject }
    const waiting = waitingReads.get(context.store)
    if (waiting !== undefined) {
      waiting.push(read)
      return
    }
    waitingReads.set(context.store, [read])
    setImmediate(() => void recordWaitingReads(context))
  })
}

async function recordWaitingReads(context: DomainContext): Promise<void> {
  const waiting = waitingReads.get(context.store) ?? []
  while (waiting.length > 0) {
    const reads = waiting.splice(0, readsPerTransactionMax)
    const events = reads.map(({ event }) => event)
    try {
      await context.store.transaction((tx) => appendEvents(tx, context, events))
      for (const { resolve } of reads) resolve()
    } catch (error) {
      for (const { reject } of reads) reject(error)
    }
  }
  waitingReads.delete(context.store)
}

async function appendEvents(
  tx: Transaction,
  { clock, keyring }: Pick<DomainContext, "clock" | "keyring">,
  events: readonly AuditEvent[],
): Promise<void> {
  let [previous] = await tx.auditEvents.list({ orderBy: "sequence", descending: true, limit: 1 })
  for (const event of events) {
    const unsigned = {
      sequence: (previous?.sequence ?? 0) + 1,
      at: clock.now(),
      tenantId: event.tenantId,
      actor: event.actor,
      action: event.action,
      target: event.target,
      outcome: event.outcome ?? "success",
      correlationId: event.correlationId ?? null,
      details: event.details ?? {},
    } satisfies Omit<AuditEventRecord, "mac">
    previous = { ...unsigned, mac: chainMac(keyring.auditKey, previous?.mac, unsigned) }
    await tx.auditEvents.insert(previous)
  }
}

/** Where the chain is broken, or that it is whole. */
export type ChainVerdict = { whole: true; events: number } | { whole: false; brokenAt: number }

/** Recomputes the whole chain, page by page. */
export async function verifyChain({ store, keyring }: DomainContext): Promise<ChainVerdict> {
  let previous: AuditEventRecord | undefined
  for (;;) {
    const page = await store.auditEvents.list({
      orderBy: "sequence",
      after: previous?.sequence ?? 0,
      limit: 1000,
    })
    for (const event of page) {
      const { mac, ...unsigned } = event
      const expected = chainMac(keyring.auditKey, previous?.mac, unsigned)
      const inOrder = event.sequence === (previous?.sequence ?? 0) + 1
      if (!inOrder || !digestsEqual(mac, expected)) return { whole: false, brokenAt: event.sequence }
      previous = event
    }
    if (page.length === 0) return { whole: true, events: previous?.sequence ?? 0 }
  }
}

function chainMac(
  key: DomainContext["keyring"]["auditKey"],
  previousMac: Uint8Array | undefined,
  event: Omit<AuditEventRecord, "mac">,
): Uint8Array {
  // An array, so that the order of the members is ours and not the database's.
  const content = JSON.stringify([
    event.sequence,
    event.at,
    event.tenantId,
    event.actor,
    event.action,
    event.target,
    event.outcome,
    event.correlationId,
    event.details,
  ])
  return hmacSha256(key, Buffer.concat([previousMac ?? new Uint8Array(32), Buffer.from(content)]))
}
