/** A vault for tests of rules, and callers who hold a role on it, or on one object of it, or none. */
import type { Caller } from "../src/domain/access/index.ts"
import type { AuditEventRecord, VaultObjectKind, VaultRecord } from "../src/storage/records.ts"
import type { TestContext } from "./context.ts"
import { openTestInstallation } from "./installation.ts"
import { Seed, type SeededVault } from "./seed.ts"

export interface TestVault extends SeededVault {
  context: TestContext
  seed: Seed
  /** keybearer itself, who may do everything. */
  system: Caller
  /** A caller with a role at the vault, or at the scope given; without a role, one who may do nothing. */
  callerWith(role?: string, assignmentScope?: string): Promise<Caller>
  /** Actions of the audit log so far, oldest first, such as `SecretSet success`. */
  auditTrail(): Promise<string[]>
}

export async function openTestVault(options: Parameters<Seed["vault"]>[0] = {}): Promise<TestVault> {
  const { context, system } = await openTestInstallation()
  const seed = new Seed(context, system)
  const seeded = await seed.vault({ name: "kv1", ...options })
  const before = await allEvents(context)
  return {
    ...seeded,
    context,
    seed,
    system,
    callerWith: (role, assignmentScope = seeded.scope) => callerWith(seed, role, assignmentScope),
    auditTrail: async () => {
      const events = (await allEvents(context)).slice(before.length)
      return events.map(({ action, outcome }) => `${action} ${outcome}`)
    },
  }
}

/** Changes one byte of a stored value, as a failing disk or a hand in the database would. */
export async function tamperWithValue(
  { store }: TestContext,
  place: { vault: VaultRecord; kind: VaultObjectKind; name: string },
): Promise<void> {
  const where = { vaultId: place.vault.id, kind: place.kind, nameKey: place.name.toUpperCase() }
  await store.transaction(async (tx) => {
    for (const version of await tx.vaultObjectVersions.list({ where })) {
      const sealedValue = Uint8Array.from(version.sealedValue ?? [])
      const last = sealedValue.length - 1
      sealedValue[last] = (sealedValue[last] ?? 0) ^ 1
      await tx.vaultObjectVersions.update({ ...version, sealedValue })
    }
  })
}

async function callerWith(seed: Seed, role: string | undefined, assignmentScope: string): Promise<Caller> {
  const { servicePrincipal } = await seed.application()
  if (role !== undefined) await seed.assignRole(servicePrincipal.id, role, assignmentScope)
  return {
    tenantId: seed.tenantId,
    principalId: servicePrincipal.id,
    principalType: "ServicePrincipal",
    appId: servicePrincipal.appId,
    displayName: servicePrincipal.displayName,
    correlationId: "test",
  }
}

function allEvents({ store }: TestContext): Promise<AuditEventRecord[]> {
  return store.auditEvents.list({ orderBy: "sequence" })
}
