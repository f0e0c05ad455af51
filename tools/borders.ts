/**
 * Who may import whom: DESIGN.md section 4 as a table, and the checker that holds it. Test files may import
 * anything and are left out. Cycles of files are the linter's (`import/no-cycle`); cycles of folders are found here.
 */
import { isTest, type Import, type ImportKind, type Source } from "./sources.ts"

type Row = readonly [from: string, may: string, because: string]

/** Words of the table that stand for several things. */
const words: Record<string, string> = {
  EVERYTHING: "src/",
  INJECTED: "types of src/clock.ts, types of src/ids.ts",
  STORE: "src/storage/store.ts, src/storage/records.ts",
  DOMAIN: "src/domain/errors.ts, src/domain/context.ts, src/domain/<any>/index.ts",
  PARTS: "src/crypto/, src/clock.ts, src/ids.ts, src/guid.ts",
  SHARED:
    "src/protocols/caller.ts, src/protocols/correlation.ts, src/protocols/json-body.ts, " +
    "src/protocols/listener-refusal.ts, src/protocols/loopback-host.ts, src/protocols/surface.ts",
  RULES: "src/domain/, types of src/http/, types of src/clock.ts, types of src/ids.ts, src/guid.ts",
}

/**
 * A file may import what the first row that fits it says: files, folders (ending in `/`), `own` for its own folder.
 * `<x>` is one name, the same in both columns; `<any>` is any name. `types of` allows `import type`, `lazily` also
 * `import()`. `only` keeps packages and `node:` out too. A file that no row fits is an error.
 */
// prettier-ignore
export const borders: readonly Row[] = [
  ["src/server.ts",                     "EVERYTHING",                                                           "it alone constructs"],
  ["src/clock.ts",                      "only nothing",                                                         "everything is given it"],
  ["src/ids.ts",                        "nothing",                                                              "everything is given it"],
  ["src/guid.ts",                       "only nothing",                                                         "it says how a text looks"],
  ["src/wire/<x>.ts",                   "only nothing",                                                         "vocabulary is data"],
  ["src/crypto/",                       "own",                                                                  "crypto/ knows no product"],
  ["src/storage/",                      "own",                                                                  "storage/ knows no rules"],
  ["src/config/",                       "own",                                                                  "options are given, they fetch nothing"],

  ["src/domain/errors.ts",              "nothing",                                                              "every domain folder imports it"],
  ["src/domain/<x>/",                   "own, DOMAIN, STORE, PARTS",                                            "the domain knows no HTTP, wire spelling or backend, and its other folders by their index.ts"],
  ["src/domain/",                       "DOMAIN, STORE, PARTS",                                                 "the domain knows no HTTP, wire spelling or backend, and its folders by their index.ts"],

  ["src/protocols/oauth/",              "own, SHARED, RULES, src/wire/oauth.ts, src/wire/aadsts.ts",            "a surface knows its own words and the domain"],
  ["src/protocols/managed-identity/",   "own, SHARED, RULES, src/wire/managed-identity.ts, src/wire/oauth.ts",  "its bodies are OAuth-like; else it knows its own words and the domain"],
  ["src/protocols/app-tokens/",         "own, SHARED, RULES, src/wire/app-token.ts",                            "a surface knows its own words and the domain"],
  ["src/protocols/forward-auth/",       "own, SHARED, RULES, src/wire/forward-auth.ts, src/wire/app-token.ts",  "it checks app tokens; else it knows its own words and the domain"],
  ["src/protocols/<x>/",                "own, SHARED, RULES, src/wire/<x>.ts",                                  "a surface knows its own words and the domain, never another surface, storage/ or crypto/"],
  ["src/protocols/",                    "SHARED, RULES, src/wire/oauth.ts",                                     "all surfaces share it, so it knows none of them"],

  ["src/http/",                         "own, INJECTED, types of src/config/",                                  "http/ knows no surface and no rule"],
  ["src/tls/",                          "own, src/crypto/, types of src/clock.ts",                              "tls/ is files and certificates"],

  ["src/sdk/",                          "own, src/wire/",                                                       "the client library runs without the server"],
  ["src/agent/",                        "own, src/sdk/, src/wire/, src/config/",                                "the agent is a client"],
  ["src/cli/commands/",                 "src/cli/, src/sdk/, src/wire/, src/config/, lazily src/",              "server code is loaded by the command that needs it, when it runs"],
  ["src/cli/",                          "own, src/sdk/, src/wire/, src/config/",                                "the CLI is a client; server code belongs in the command that needs it"],
  ["console/",                          "own, types of src/wire/admin.ts",                                      "the console is a client of the admin API"],
]

/** Packages that only some may import; after `except`, names that anybody may take (`types`: all of its types). */
// prettier-ignore
export const packageBorders: readonly Row[] = [
  ["node:crypto except createHash, types", "src/crypto/, src/ids.ts, src/sdk/credentials/client-certificate.ts", "only crypto/ touches primitives, save plain hashing of public data and a client's own assertion"],
  ["@peculiar/x509, pkijs, asn1js, node-forge, reflect-metadata, @noble/curves, @noble/hashes", "src/crypto/", "only crypto/ touches primitives"],
  ["node:sqlite, pg",                      "src/storage/",               "only storage/ knows SQL"],
  ["fastify, node:http, node:https, node:http2", "src/http/, src/protocols/, src/server.ts, src/sdk/, src/agent/, src/cli/, console/", "the rest knows no HTTP"],
  ["vitest",                               "src/storage/conformance.ts, src/storage/conformance/", "it is for tests"],
]

export interface BorderProblem {
  path: string
  line: number
  message: string
}

export function findBorderProblems(sources: readonly Source[]): BorderProblem[] {
  const checked = sources.filter(({ path }) => !isTest(path))
  return [...checked.flatMap(checkSource), ...findFolderCycles(checked)]
}

function checkSource({ path, imports }: Source): BorderProblem[] {
  const row = borders.find(([from]) => match(from, path))
  if (!row) return [{ path, line: 1, message: "No row of tools/borders.ts covers this file: add one" }]
  return imports.flatMap((imported) => {
    const message =
      imported.target === undefined ? checkPackage(path, row, imported) : checkOurs(path, row, imported)
    return message === undefined ? [] : [{ path, line: imported.line, message }]
  })
}

function checkOurs(path: string, [from, may, because]: Row, imported: Import): string | undefined {
  const { target = "", kind } = imported
  const names = match(from, path) ?? {}
  const fitting = rulesOf(may, from, names).filter(({ pattern }) => match(pattern, target))
  if (fitting.some(({ kinds }) => kinds.includes(kind))) return undefined
  const cure = fitting.some(({ kinds }) => kinds.includes("lazy")) ? "with import()" : "as import type"
  const how = fitting.length > 0 ? ` other than ${cure}` : ""
  return `${from} may not import ${target}${how}: ${because}. It may import: ${may}`
}

function checkPackage(path: string, [from, may, because]: Row, imported: Import): string | undefined {
  const { specifier, kind, names } = imported
  if (may.startsWith("only ")) return `${from} may not import ${specifier}: ${because}`
  for (const [packages, owners, reason] of packageBorders) {
    const [guarded = "", free = ""] = packages.split(" except ")
    if (!guarded.split(", ").some((name) => specifier === name || specifier.startsWith(`${name}/`))) continue
    if (owners.split(", ").some((owner) => match(owner, path))) return undefined
    const exceptions = free.split(", ")
    if (kind === "types" && exceptions.includes("types")) return undefined
    if (names.length > 0 && names.every((name) => exceptions.includes(name))) return undefined
    return `Only ${owners} may import ${specifier} (${names.join(", ")}): ${reason}`
  }
  return undefined
}

interface Rule {
  pattern: string
  kinds: readonly ImportKind[]
}

function rulesOf(may: string, from: string, names: Record<string, string>): Rule[] {
  const spelled = may.replaceAll(/[A-Z]+/g, (word) => words[word] ?? word)
  return spelled.split(", ").map((rule) => {
    const [, how, path = ""] = /^(?:(types of|lazily) )?(.*)$/.exec(rule) ?? []
    const pattern = (path === "own" ? from : path).replaceAll(
      /<(\w+)>/g,
      (hole, name: string) => names[name] ?? hole,
    )
    if (how === "types of") return { pattern, kinds: ["types"] }
    return { pattern, kinds: how === "lazily" ? ["types", "lazy"] : ["value", "types", "lazy"] }
  })
}

/** What the `<names>` of the pattern stand for in the path; undefined when it does not fit. */
function match(pattern: string, path: string): Record<string, string> | undefined {
  const escaped = pattern.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  const expression = escaped.replaceAll(/<(\w+)>/g, "(?<$1>[^/]+)")
  const found = new RegExp(`^${expression}${pattern.endsWith("/") ? "" : "$"}`).exec(path)
  return found ? { ...found.groups } : undefined
}

/** Folders that import one another, by loaded code or by types. Each cycle is told once. */
function findFolderCycles(sources: readonly Source[]): BorderProblem[] {
  const edges = new Map<string, Map<string, { path: string; line: number }>>()
  for (const { path, imports } of sources) {
    for (const { target, kind, line } of imports) {
      if (target === undefined || kind === "lazy") continue
      const from = folderOf(path)
      const to = folderOf(target)
      const known = edges.get(from) ?? new Map<string, { path: string; line: number }>()
      if (from !== to && !known.has(to)) edges.set(from, known.set(to, { path, line }))
    }
  }
  return [...edges.keys()].flatMap((start) => {
    const cycle = findWayBack(start, edges)
    if (!cycle || cycle.some((folder) => folder < start)) return []
    const steps = cycle.map((folder, at) => ({
      folder,
      ...edges.get(folder)?.get(cycle[(at + 1) % cycle.length] ?? ""),
    }))
    const way = steps.map(({ folder, path, line }) => `${folder} (${path}:${line})`).join(" -> ")
    return [
      {
        path: steps[0]?.path ?? start,
        line: steps[0]?.line ?? 1,
        message: `Folders import one another: ${way} -> ${start}`,
      },
    ]
  })
}

/** The shortest way from a folder back to itself. */
function findWayBack(
  start: string,
  edges: ReadonlyMap<string, ReadonlyMap<string, unknown>>,
): string[] | undefined {
  const seen = new Set<string>()
  const ways = [[start]]
  for (let way = ways.shift(); way; way = ways.shift()) {
    for (const next of edges.get(way.at(-1) ?? start)?.keys() ?? []) {
      if (next === start) return way
      if (!seen.has(next)) ways.push([...way, next])
      seen.add(next)
    }
  }
  return undefined
}

/** `src/domain/secrets`, `src/protocols/oauth`, `src/crypto`, or a file that stands by itself. */
function folderOf(path: string): string {
  return (
    /^src\/(domain|protocols)\/[^/]+\/?|^src\/[^/]+\/?|^[^/]+\/?/.exec(path)?.[0].replace(/\/$/, "") ?? path
  )
}
