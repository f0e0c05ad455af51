/** A domain context in memory, with a frozen clock: for tests of rules, without any surface. */
import { type FrozenClock, frozenClock } from "../src/clock.ts"
import { importSealingKey } from "../src/crypto/seal.ts"
import type { DomainContext, Endpoints } from "../src/domain/context.ts"
import { openKeyring } from "../src/domain/keyring/index.ts"
import { type Ids, randomIds } from "../src/ids.ts"
import { openSqliteStore } from "../src/storage/sqlite.ts"

/** 2026-11-21T00:00:00Z */
export const testNow = 1_795_219_200

export const testEndpoints: Endpoints = {
  authority: "https://localhost:8443",
  vaultSuffix: "vault.localhost:8443",
  vaultResource: "https://vault.localhost:8443",
  resourceManager: "https://localhost:8443",
  graph: "https://localhost:8443",
  loopback: "http://127.0.0.1:5000",
}

export interface TestContext extends DomainContext {
  readonly clock: FrozenClock
}

export async function openTestContext(parts: { ids?: Ids } = {}): Promise<TestContext> {
  const store = await openSqliteStore({ path: ":memory:" })
  const clock = frozenClock(testNow)
  const ids = parts.ids ?? randomIds
  const rootKey = importSealingKey("test-root", new Uint8Array(32).fill(7))
  const keyring = await openKeyring({ store, clock, ids, rootKey })
  return { store, clock, ids, keyring, endpoints: testEndpoints }
}
