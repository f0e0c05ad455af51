import { createHash } from "node:crypto"
import { digestsEqual } from "../../crypto/mac.ts"
import type { ApplicationRecord, ClientAssertionRecord } from "../../storage/records.ts"
import type { Transaction } from "../../storage/store.ts"
import type { DomainContext } from "../context.ts"
import { DomainError } from "../errors.ts"

export interface VerifiedAssertion {
  assertion: string
  jti: string | undefined
  expiresAt: number
}

const skewSeconds = 300
const sweepCount = 8
const maxPlainIdLength = 128

/**
 * Remembers a verified assertion until it can no longer be valid. The same bytes may come again: MSAL for JavaScript
 * and Python send one assertion for minutes. Other bytes under the same `jti` may not.
 *
 * Only assertions whose signature holds get here; otherwise anyone could use up identifiers or fill the store.
 *
 * @throws DomainError `unauthenticated` on `assertion` - `replayed`
 * @see contracts/entra.md 2.4, mode `entra`
 */
export async function recordAssertion(
  context: DomainContext,
  { tenantId, appId }: ApplicationRecord,
  { assertion, jti, expiresAt }: VerifiedAssertion,
): Promise<void> {
  const digest = createHash("sha256").update(assertion).digest()
  const record: ClientAssertionRecord = {
    tenantId,
    appId,
    assertionId: toAssertionId(jti, digest),
    assertionDigest: digest,
    expiresAt: expiresAt + skewSeconds,
  }
  const seen = await context.store.clientAssertions.find(record)
  if (seen !== undefined && !isOver(seen, context)) {
    assertSame(seen, record)
    return
  }
  await context.store.transaction((tx) => insert(tx, context, record))
}

async function insert(tx: Transaction, context: DomainContext, record: ClientAssertionRecord): Promise<void> {
  await sweep(tx, context)
  const seen = await tx.clientAssertions.find(record)
  if (seen === undefined) return tx.clientAssertions.insert(record)
  if (isOver(seen, context)) return tx.clientAssertions.update(record)
  assertSame(seen, record)
}

/** Every new assertion takes away a few that are over, so that the collection never outgrows what is in use. */
async function sweep(tx: Transaction, { clock }: DomainContext): Promise<void> {
  const over = await tx.clientAssertions.list({
    below: { field: "expiresAt", value: clock.now() },
    orderBy: "expiresAt",
    limit: sweepCount,
  })
  for (const record of over) await tx.clientAssertions.delete(record)
}

function isOver({ expiresAt }: ClientAssertionRecord, { clock }: DomainContext): boolean {
  return expiresAt < clock.now()
}

function assertSame(seen: ClientAssertionRecord, presented: ClientAssertionRecord): void {
  if (digestsEqual(seen.assertionDigest, presented.assertionDigest)) return
  throw new DomainError("unauthenticated", "assertion", {
    reason: "replayed",
    detail: "Its jti was used by another assertion: give every assertion a jti of its own",
  })
}

function toAssertionId(jti: string | undefined, digest: Buffer): string {
  if (jti === undefined) return digest.toString("hex")
  // A longer one is as good by its digest, and takes no room.
  return jti.length <= maxPlainIdLength ? jti : createHash("sha256").update(jti).digest("hex")
}
