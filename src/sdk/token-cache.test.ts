import { spawn } from "node:child_process"
import { once } from "node:events"
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, test } from "vitest"
import { type CachedToken, createMemoryTokenCache, openTokenCache } from "./token-cache.ts"

const now = 1_800_000_000
const clock = { now: () => now }

function newPath(): string {
  return join(mkdtempSync(join(tmpdir(), "keybearer-tokens-")), "state", "tokens.json")
}

function token(changes: Partial<CachedToken> = {}): CachedToken {
  return {
    authority: "https://localhost:8443",
    tenantId: "tenant",
    account: "app",
    scope: "https://vault.azure.net/.default",
    expiresAt: now + 3600,
    token: "value",
    ...changes,
  }
}

const caches = [
  { name: "in a file", open: () => openTokenCache(newPath(), clock) },
  { name: "in memory", open: () => createMemoryTokenCache(clock) },
]

describe.for(caches)("a cache $name", ({ open }) => {
  test("finds a token by authority, tenant, account and scope together", async ({ expect }) => {
    const cache = open()
    const mine = token()
    const others = [
      token({ authority: "https://other", token: "1" }),
      token({ tenantId: "other", token: "2" }),
      token({ account: "other", token: "3" }),
      token({ scope: "https://management.azure.com//.default", token: "4" }),
    ]
    for (const one of [...others.slice(0, 2), mine, ...others.slice(2)]) await cache.set(one)

    expect(await cache.find(token())).toEqual(mine)
    for (const other of others) expect(await cache.find(other)).toEqual(other)
  })

  test("keeps one token a key: the last", async ({ expect }) => {
    const cache = open()
    await cache.set(token({ token: "old" }))
    await cache.set(token({ token: "new" }))

    expect(await cache.list()).toEqual([token({ token: "new" })])
  })

  test("does not hand out a token that ends within 300 seconds", async ({ expect }) => {
    const cache = open()
    await cache.set(token({ expiresAt: now + 299 }))
    expect(await cache.find(token())).toBe(undefined)

    await cache.set(token({ expiresAt: now + 300 }))
    expect(await cache.find(token())).toEqual(token({ expiresAt: now + 300 }))
  })

  test("forgets tokens that have ended", async ({ expect }) => {
    const cache = open()
    await cache.set(token({ scope: "ended", expiresAt: now }))
    await cache.set(token())

    expect(await cache.list()).toEqual([token()])
  })

  test("deletes what the test says and tells how many", async ({ expect }) => {
    const cache = open()
    await cache.set(token({ account: "a" }))
    await cache.set(token({ account: "b" }))

    expect(await cache.delete(({ account }) => account === "a")).toBe(1)
    expect(await cache.list()).toEqual([token({ account: "b" })])
  })
})

describe("the file of the cache", () => {
  test("is for its owner only, in a folder for its owner only, and nothing is left beside it", async ({
    expect,
  }) => {
    const path = newPath()
    await openTokenCache(path, clock).set(token())

    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(join(path, "..")).mode & 0o777).toBe(0o700)
    expect(readdirSync(join(path, ".."))).toEqual(["tokens.json"])
  })

  test("becomes private again when somebody opened it up", async ({ expect }) => {
    const path = newPath()
    await openTokenCache(path, clock).set(token())
    chmodSync(path, 0o644)
    await openTokenCache(path, clock).set(token({ account: "other" }))

    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test("has the shape that bin/hot.js reads", async ({ expect }) => {
    const path = newPath()
    await openTokenCache(path, clock).set(token())

    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ version: 1, tokens: [token()] })
  })

  test("that is broken is told with the cure, not overwritten", async ({ expect }) => {
    const path = newPath()
    await openTokenCache(path, clock).set(token())
    writeFileSync(path, "{")

    await expect(openTokenCache(path, clock).set(token())).rejects.toThrow(
      `Cannot read the token cache ${path}: delete it and sign in again`,
    )
    expect(readFileSync(path, "utf8")).toBe("{")
  })

  test("loses nothing when eight processes write at once", async ({ expect }) => {
    const path = newPath()
    const script = `
      const { openTokenCache } = await import(${JSON.stringify(join(import.meta.dirname, "token-cache.ts"))})
      const cache = openTokenCache(${JSON.stringify(path)}, { now: () => ${now} })
      for (const n of [1, 2, 3, 4, 5]) {
        await cache.set({ authority: "a", tenantId: "t", account: process.argv[1] + n, scope: "s", expiresAt: ${now + 600}, token: "x" })
      }`
    const writers = Array.from({ length: 8 }, (_, at) =>
      once(
        spawn(process.execPath, ["--input-type=module", "-e", script, `${at}-`], { stdio: "inherit" }),
        "exit",
      ),
    )

    expect((await Promise.all(writers)).map(([code]) => code as number)).toEqual(Array(8).fill(0))
    expect(await openTokenCache(path, clock).list()).toHaveLength(40)
  })

  // A process that was killed while it held the lock must not lock everybody out.
  test.for([
    ["a process that has ended", "999999999", 0],
    ["nobody, for a long time", "", 11],
  ] as const)("is written although %s holds its lock", async ([, holder, ageSeconds], { expect }) => {
    const path = newPath()
    const cache = openTokenCache(path, clock)
    await cache.set(token())
    writeFileSync(`${path}.lock`, holder)
    const then = new Date(Date.now() - ageSeconds * 1000)
    utimesSync(`${path}.lock`, then, then)

    await cache.set(token({ account: "second" }))

    expect(await cache.list()).toHaveLength(2)
    expect(readdirSync(join(path, ".."))).toEqual(["tokens.json"])
  })
})
