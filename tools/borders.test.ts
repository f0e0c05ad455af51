import { describe, expect, test } from "vitest"
import { borders, findBorderProblems } from "./borders.ts"
import { parseSource } from "./sources.ts"

function problemsOf(path: string, text: string): string[] {
  return findBorderProblems([parseSource(path, text)]).map(({ line, message }) => `${line}: ${message}`)
}

/** One planted violation for every row of the table, and more where a row says several things. */
const forbidden: [path: string, text: string][] = [
  ["src/clock.ts", 'import { readFileSync } from "node:fs"'],
  ["src/clock.ts", 'import type { Ids } from "./ids.ts"'],
  ["src/ids.ts", 'import { systemClock } from "./clock.ts"'],
  ["src/guid.ts", 'import { randomIds } from "./ids.ts"'],
  ["src/wire/oauth.ts", 'import { codes } from "./aadsts.ts"'],
  ["src/wire/oauth.ts", 'import { object } from "valibot"'],
  ["src/crypto/seal.ts", 'import type { Clock } from "../clock.ts"'],
  ["src/crypto/seal.ts", 'import { DomainError } from "../domain/errors.ts"'],
  ["src/storage/sqlite.ts", 'import { randomBytes } from "../crypto/random.ts"'],
  ["src/storage/sql/store.ts", 'import { DomainError } from "../../domain/errors.ts"'],
  ["src/config/load.ts", 'import { systemClock } from "../clock.ts"'],

  ["src/domain/errors.ts", 'import { systemClock } from "../clock.ts"'],
  ["src/domain/secrets/index.ts", 'import { codes } from "../../wire/keyvault.ts"'],
  ["src/domain/secrets/index.ts", 'import type { KeyVaultError } from "../../protocols/keyvault/errors.ts"'],
  ["src/domain/secrets/index.ts", 'import { openSqlite } from "../../storage/sqlite.ts"'],
  ["src/domain/secrets/index.ts", 'import { chain } from "../audit/chain.ts"'],
  ["src/domain/secrets/index.ts", 'export { chain } from "../audit/chain.ts"'],
  ["src/domain/secrets/index.ts", 'export * from "../audit/chain.ts"'],
  ["src/domain/secrets/index.ts", 'type Chain = import("../audit/chain.ts").Chain'],
  ["src/domain/secrets/set.ts", 'const chain = () => import("../audit/chain.ts")'],
  ["src/domain/secrets/set.ts", 'import { boot } from "../../../test/boot.ts"'],
  ["src/domain/context.ts", 'import { openListener } from "../http/listener.ts"'],
  ["src/domain/app-tokens/formats/powershell.ts", 'import { rule } from "../../secrets/lifecycle.ts"'],

  ["src/protocols/oauth/token.ts", 'import { names } from "../../wire/keyvault.ts"'],
  ["src/protocols/managed-identity/token.ts", 'import { codes } from "../../wire/aadsts.ts"'],
  ["src/protocols/app-tokens/routes.ts", 'import { grant } from "../oauth/token.ts"'],
  ["src/protocols/forward-auth/index.ts", 'import { routes } from "../app-tokens/routes.ts"'],
  ["src/protocols/keyvault/secrets.ts", 'import { stsError } from "../oauth/errors.ts"'],
  ["src/protocols/keyvault/secrets.ts", 'import { names } from "../../wire/arm.ts"'],
  ["src/protocols/keyvault/secrets.ts", 'import type { Store } from "../../storage/store.ts"'],
  ["src/protocols/keyvault/secrets.ts", 'import { seal } from "../../crypto/seal.ts"'],
  ["src/protocols/keyvault/secrets.ts", 'import { openListener } from "../../http/listener.ts"'],
  ["src/protocols/keyvault/secrets.ts", 'import { type Listener } from "../../server.ts"'],
  ["src/protocols/caller.ts", 'import { codes } from "../wire/aadsts.ts"'],
  ["src/protocols/caller.ts", 'import { routes } from "./keyvault/routes.ts"'],

  ["src/http/listener.ts", 'import { loadConfig } from "../config/load.ts"'],
  ["src/http/listener.ts", 'import type { DomainContext } from "../domain/context.ts"'],
  ["src/tls/local-ca.ts", 'import { loadConfig } from "../config/load.ts"'],
  ["src/sdk/index.ts", 'import { verify } from "../crypto/jws.ts"'],
  ["src/agent/index.ts", 'import { main } from "../cli/main.ts"'],
  ["src/cli/main.ts", 'const server = await import("../server.ts")'],
  ["src/cli/commands/serve.ts", 'import { start } from "../../server.ts"'],
  ["src/cli/commands/serve.ts", 'import "../../server.ts"'],
  ["console/src/api.ts", 'import { path } from "../../src/wire/admin.ts"'],
  ["console/src/api.ts", 'import type { Vault } from "../../src/wire/keyvault.ts"'],

  ["src/domain/secrets/index.ts", 'import { createHmac } from "node:crypto"'],
  ["src/domain/secrets/index.ts", 'import { createHash, randomBytes } from "node:crypto"'],
  ["src/domain/secrets/index.ts", 'import * as crypto from "node:crypto"'],
  ["src/domain/secrets/index.ts", 'import crypto from "node:crypto"'],
  ["src/protocols/arm/index.ts", 'import { X509Certificate } from "@peculiar/x509"'],
  ["src/domain/secrets/index.ts", 'import type { FastifyRequest } from "fastify"'],
  ["src/domain/secrets/index.ts", 'import { DatabaseSync } from "node:sqlite"'],
  ["src/domain/secrets/index.ts", 'import { expect } from "vitest"'],
  ["src/utils/strings.ts", ""],
]

const allowed: [path: string, text: string][] = [
  ["src/server.ts", 'import { openSqlite } from "./storage/sqlite.ts"'],
  ["src/ids.ts", 'import { randomUUID } from "node:crypto"'],
  ["src/crypto/jws.ts", 'import { decode } from "./base64url.ts"'],
  ["src/crypto/x509.ts", 'import { X509Certificate } from "@peculiar/x509"'],
  ["src/storage/sqlite.ts", 'import { DatabaseSync } from "node:sqlite"'],
  ["src/storage/conformance.ts", 'import { test } from "vitest"'],
  ["src/storage/sql/store.ts", 'import type { Store } from "../store.ts"'],
  ["src/domain/context.ts", 'import type { Keyring } from "./keyring/index.ts"'],
  ["src/domain/secrets/set.ts", 'import { DomainError } from "../errors.ts"'],
  ["src/domain/secrets/set.ts", 'import type { DomainContext } from "../context.ts"'],
  ["src/domain/secrets/set.ts", 'import { setObject } from "../vault-objects/index.ts"'],
  ["src/domain/secrets/set.ts", 'import { limits } from "./limits.ts"'],
  ["src/domain/secrets/set.ts", 'import type { SecretRecord } from "../../storage/records.ts"'],
  ["src/domain/secrets/set.ts", 'import { seal } from "../../crypto/seal.ts"'],
  ["src/domain/secrets/set.ts", 'import { createHash, type KeyObject } from "node:crypto"'],
  ["src/domain/secrets/set.ts", 'import type { KeyObject } from "node:crypto"'],
  ["src/domain/secrets/set.test.ts", 'import { openSqlite } from "../../storage/sqlite.ts"'],
  ["src/protocols/oauth/token.ts", 'import { codes } from "../../wire/aadsts.ts"'],
  ["src/protocols/oauth/grants/index.ts", 'import { names } from "../../../wire/oauth.ts"'],
  ["src/protocols/keyvault/secrets.ts", 'import { names } from "../../wire/keyvault.ts"'],
  ["src/protocols/keyvault/secrets.ts", 'import { setSecret } from "../../domain/secrets/index.ts"'],
  ["src/protocols/keyvault/secrets.ts", 'import { readJson } from "../json-body.ts"'],
  ["src/protocols/keyvault/secrets.ts", 'import type { Listener } from "../../http/listener.ts"'],
  ["src/http/listener.ts", 'import type { Config } from "../config/schema.ts"'],
  ["src/tls/local-ca.ts", 'import { issue } from "../crypto/x509-issue.ts"'],
  ["src/sdk/index.ts", 'import { names } from "../wire/oauth.ts"'],
  ["src/agent/index.ts", 'import { tokenCache } from "../sdk/index.ts"'],
  ["src/cli/main.ts", 'const serve = await import("./commands/serve.ts")'],
  ["src/cli/commands/serve.ts", 'const { start } = await import("../../server.ts")'],
  ["src/cli/commands/serve.ts", 'import type { Server } from "../../server.ts"'],
  ["console/src/api.ts", 'import type { Vault } from "../../src/wire/admin.ts"'],
]

describe("borders", () => {
  test.for(forbidden)("%s may not say %s", ([path, text]) => {
    expect(problemsOf(path, text)).toHaveLength(1)
  })

  test.for(allowed)("%s may say %s", ([path, text]) => {
    expect(problemsOf(path, text)).toEqual([])
  })

  test("every row but the composition root's has a planted violation", () => {
    const rows = borders.map(([from]) => from).filter((from) => from !== "src/server.ts")
    const planted = new Set(forbidden.map(([path, text]) => problemsOf(path, text)[0]?.split(" ")[1]))
    expect(rows.filter((from) => !planted.has(from))).toEqual([])
  })

  test("says the line, what is wrong, why, and what is allowed", () => {
    expect(problemsOf("src/wire/arm.ts", 'export const a = 1\nimport { b } from "./graph.ts"')).toEqual([
      "2: src/wire/<x>.ts may not import src/wire/graph.ts: vocabulary is data. It may import: only nothing",
    ])
    expect(problemsOf("src/cli/commands/serve.ts", 'import { start } from "../../server.ts"')).toEqual([
      "1: src/cli/commands/ may not import src/server.ts other than with import(): server code is loaded by the " +
        "command that needs it, when it runs. It may import: src/cli/, src/sdk/, src/wire/, src/config/, lazily src/",
    ])
  })

  test("finds folders that import one another, even by types", () => {
    const sources = [
      parseSource("src/domain/access/index.ts", 'import { recordEvent } from "../audit/index.ts"'),
      parseSource("src/domain/audit/index.ts", '\nimport type { Vault } from "../vaults/index.ts"'),
      parseSource("src/domain/vaults/index.ts", 'import { requireAction } from "../access/index.ts"'),
      parseSource("src/domain/secrets/index.ts", 'import { requireAction } from "../access/index.ts"'),
    ]
    expect(findBorderProblems(sources).map(({ message }) => message)).toEqual([
      "Folders import one another: src/domain/access (src/domain/access/index.ts:1) -> " +
        "src/domain/audit (src/domain/audit/index.ts:2) -> src/domain/vaults (src/domain/vaults/index.ts:1) -> src/domain/access",
    ])
  })
})
