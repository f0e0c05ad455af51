import { describe, expect, test } from "vitest"
import { SqliteDriver } from "../sqlite.ts"
import type { CollectionName, ListQuery, RecordOf } from "../store.ts"
import { Statements } from "./statements.ts"
import { openSqlStore } from "./store.ts"
import { tables, toSnakeCase } from "./tables.ts"

const driver = new SqliteDriver(":memory:")
await openSqlStore(driver)

type Queries = { [N in CollectionName]?: { [what: string]: ListQuery<RecordOf<N>> } }

const limit = 25
const vaultId = "v"
const kind = "secret"
const nameKey = "N"

/** What the product lists from the collections that grow, by what it lists them for. */
const queries: Queries = {
  vaultObjects: {
    "a first page": { where: { vaultId, kind, state: "active" }, orderBy: "nameKey", limit },
    "a page": { where: { vaultId, kind, state: "active" }, orderBy: "nameKey", after: "N", limit },
    "a page of a whole vault": { where: { vaultId, kind }, orderBy: "nameKey", after: "N", limit },
    "everything of a vault": { where: { vaultId } },
    "what is due to be purged": {
      where: { state: "deleted", managed: false },
      below: { field: "purgeAt", value: 1 },
      limit,
    },
  },
  vaultObjectVersions: {
    "a first page": { where: { vaultId, kind, nameKey }, orderBy: "version", limit },
    "a page": { where: { vaultId, kind, nameKey }, orderBy: "version", after: "a", limit },
    "a page by age": { where: { vaultId, kind, nameKey }, orderBy: "sequence", after: 1, limit },
    "the newest": { where: { vaultId, kind, nameKey }, orderBy: "sequence", descending: true, limit: 1 },
    "all of an object": { where: { vaultId, kind, nameKey } },
  },
  roleAssignments: {
    "those of a principal": { where: { principalId: "p" } },
    "those of a tenant": { where: { tenantId: "t" }, orderBy: "id" },
    "a page of a tenant": { where: { tenantId: "t" }, orderBy: "id", after: "a", limit },
    "those of a principal in a tenant": { where: { tenantId: "t", principalId: "p" }, orderBy: "id" },
    "those at a scope": { where: { scopeKey: "/s" } },
  },
  appTokens: {
    "the one presented": { where: { handle: "h" }, limit: 1 },
    "those of an identity": { where: { identityId: 1 }, orderBy: "id" },
    "a page of an identity": { where: { identityId: 1 }, orderBy: "id", after: 1, limit },
    "a page": { orderBy: "id", after: 1, limit },
    "a page, newest first": { orderBy: "id", descending: true, after: 100, limit },
  },
  clientAssertions: { "those that have expired": { below: { field: "expiresAt", value: 1 }, limit } },
  appTokenSessions: { "those that have expired": { below: { field: "expiresAt", value: 1 }, limit } },
  clientSecrets: { "those of an application": { where: { appId: "a" } } },
  clientCertificates: { "those of an application": { where: { appId: "a" } } },
  servicePrincipals: { "the one of an application": { where: { tenantId: "t", appId: "a" } } },
  users: { "the one of a name": { where: { userPrincipalNameKey: "u" } } },
  vaults: {
    "the one of a name": { where: { nameKey: "v" } },
    "a page of a subscription": { where: { subscriptionId: "s" }, orderBy: "nameKey", after: "a", limit },
    "a page of a group": { where: { subscriptionId: "s", resourceGroup: "g" }, orderBy: "nameKey", limit },
  },
  appTokenIdentities: {
    "the one of a name": { where: { nameKey: "n" }, limit: 1 },
    "the one of a user": { where: { userId: "u" }, orderBy: "id", limit: 1 },
  },
  applications: { "the one of a client id": { where: { appId: "a" }, limit: 1 } },
  resourceGroups: { "those of a subscription": { where: { subscriptionId: "s" }, orderBy: "nameKey" } },
  managedIdentities: {
    "those of a subscription": { where: { subscriptionId: "s" } },
    "those of a group": { where: { subscriptionId: "s", resourceGroup: "g" }, orderBy: "nameKey" },
    "the one of a client id": { where: { clientId: "c" } },
  },
  auditEvents: {
    "a page": { orderBy: "sequence", after: 1, limit },
    "a page, newest first": { orderBy: "sequence", descending: true, after: 100, limit },
  },
}

function equalities({ where = {} }: { where?: object }): string[] {
  return Object.keys(where).map((field) => `${toSnakeCase(field)}=?`)
}

const cases = Object.entries(queries).flatMap(([name, shapes]) =>
  Object.entries(shapes).map(([what, query]) => ({ name: name as CollectionName, what, query })),
)

// A list costs the page and a look-up costs the record, however much is kept.
describe("lists search an index by every condition and sort nothing", () => {
  test.each(cases)("$name: $what", async ({ name, query }) => {
    const { sql, parameters } = new Statements(tables[name]).list(query as ListQuery<RecordOf<typeof name>>)

    const plan = await driver.query(`EXPLAIN QUERY PLAN ${sql}`, parameters)

    const steps = plan.map(({ detail }) => String(detail))
    expect(steps).toEqual([expect.stringMatching(/^SEARCH /)])
    // What is due is found by its date; the few found are then filtered.
    const terms = query.below ? [`${toSnakeCase(query.below.field)}<?`] : equalities(query)
    for (const term of terms) expect(steps[0]).toContain(term)
  })
})

describe("statements", () => {
  const statements = new Statements(tables.settings)

  test("are the same for queries of the same shape", () => {
    const first = statements.list({ where: { name: "a" }, limit: 1 })
    const second = statements.list({ where: { name: "b" }, limit: 2 })

    expect(second.sql).toBe(first.sql)
    expect([first.parameters, second.parameters]).toEqual([
      ["a", 1],
      ["b", 2],
    ])
  })

  test("never hold a value", () => {
    const value = "'; DROP TABLE settings; --"

    const { sql } = statements.list({ where: { name: value }, orderBy: "name", after: value, limit: 7 })

    expect(sql).toBe(
      'SELECT "name", "value" FROM settings WHERE "name" = ? AND "name" > ? ORDER BY "name" LIMIT ?',
    )
  })

  test("refuse a field that the record does not have", () => {
    const orderBy: string = "name; DROP TABLE settings"

    expect(() => statements.list({ orderBy: orderBy as "name" })).toThrow(TypeError)
    expect(() => statements.list({ where: { [orderBy]: "a" } })).toThrow(TypeError)
  })
})
