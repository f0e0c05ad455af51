/**
 * What a command prints on standard output, byte for byte as the Azure CLI does:
 *
 * 1. Standard output holds the answer and nothing else; everything told besides goes to standard error.
 * 2. An answer that is nothing prints nothing.
 * 3. `json`: two spaces, names sorted by code point, a line feed at the end. `jsonc` and `yamlc` differ from `json`
 *    and `yaml` by colour only, and colour is for terminals; they have none yet.
 * 4. `tsv`: one line an item, values in the order of their sorted names; a list inside is its length, an object
 *    inside is empty. An object that a query made keeps its own order.
 * 5. `table`: the first letter of each name in upper case; lists, objects and nothing have no column, nor have `id`,
 *    `type` and `etag`; two spaces between, none at the end of a line.
 *
 * @see contracts/az.md 5.2
 */
import { usageError } from "./errors.ts"

export interface Printing {
  format: string
  query?: string | undefined
  toTable?: ((answer: never) => unknown) | undefined
}

export async function printAnswer(answer: unknown, { format, query, toTable }: Printing): Promise<string> {
  if (answer === undefined || answer === null) return ""
  const picked = query === undefined ? answer : await pick(answer, query)
  if (picked === undefined || picked === null || format === "none") return ""
  if (format === "tsv") return toTsv(picked, query === undefined ? undefined : objectsIn(answer))
  if (format === "yaml" || format === "yamlc") return toYaml(picked)
  if (format !== "table") return toJson(picked)
  const shaped = query === undefined && toTable ? toTable(answer as never) : picked
  return toTableText(shaped, query === undefined && !toTable)
}

export function toJson(answer: unknown): string {
  return `${JSON.stringify(sortNames(answer), null, 2)}\n`
}

async function toYaml(answer: unknown): Promise<string> {
  const { stringify } = await import("yaml")
  return stringify(sortNames(answer), { indentSeq: false, lineWidth: 0, singleQuote: true, version: "1.1" })
}

async function pick(answer: unknown, query: string): Promise<unknown> {
  const { search } = await import("@jmespath-community/jmespath")
  try {
    return search(answer as never, query)
  } catch (cause) {
    const [reason] = (cause as Error).message.split("\n")
    throw usageError(`argument --query: invalid jmespath_type value: '${query}'`, [reason ?? ""])
  }
}

type Row = Record<string, unknown>

function toTsv(answer: unknown, unsorted: ReadonlySet<unknown> | undefined): string {
  return [answer]
    .flat()
    .map((item) => `${tsvLine(item, unsorted)}\n`)
    .join("")
}

/** Objects of the answer itself are sorted; others were made by the query, in an order that was wanted. */
function tsvLine(item: unknown, own: ReadonlySet<unknown> | undefined): string {
  if (typeof item === "boolean") return String(item)
  if (Array.isArray(item)) return item.map(tsvCell).join("\t")
  if (!isRow(item)) return tsvCell(item)
  const names = own && !own.has(item) ? Object.keys(item) : sortedNames(item)
  return names.map((name) => tsvCell(item[name])).join("\t")
}

function tsvCell(value: unknown): string {
  if (Array.isArray(value)) return String(value.length)
  return isRow(value) ? "" : spell(value)
}

/** Values in the words of the Azure CLI's own language. */
function spell(value: unknown): string {
  if (value === null || value === undefined) return "None"
  if (typeof value === "boolean") return value ? "True" : "False"
  return typeof value === "string" ? value : JSON.stringify(value)
}

const columnsLeftOut = new Set(["id", "type", "etag"])

export function toTableText(answer: unknown, sorted: boolean): string {
  const rows = [answer].flat().map((item) => tableRow(item, sorted))
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  if (names.length === 0) return "\n"
  const widths = names.map((name) =>
    Math.max(name.length + 2, ...rows.map((row) => (row[name] ?? "").length)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join("  ")
      .trimEnd()
  const lines = [
    names,
    widths.map((width) => "-".repeat(width)),
    ...rows.map((row) => names.map((name) => row[name] ?? "")),
  ]
  return `${lines.map(line).join("\n")}\n`
}

function tableRow(item: unknown, sorted: boolean): Record<string, string> {
  if (Array.isArray(item))
    return Object.fromEntries(item.map((value, at) => [`Column${at + 1}`, spell(value)]))
  if (!isRow(item)) return { Result: spell(item) }
  const names = sorted ? sortedNames(item) : Object.keys(item)
  const shown = names.filter((name) => {
    const value = item[name]
    return !columnsLeftOut.has(name) && value !== null && value !== undefined && typeof value !== "object"
  })
  return Object.fromEntries(
    shown.map((name) => [`${name.charAt(0).toUpperCase()}${name.slice(1)}`, spell(item[name])]),
  )
}

function sortNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortNames)
  if (!isRow(value)) return value
  return Object.fromEntries(sortedNames(value).map((name) => [name, sortNames(value[name])]))
}

function sortedNames(row: Row): string[] {
  return Object.keys(row)
    .filter((name) => row[name] !== undefined)
    .sort()
}

function objectsIn(value: unknown, found = new Set<unknown>()): ReadonlySet<unknown> {
  if (typeof value !== "object" || value === null) return found
  found.add(value)
  for (const inner of Object.values(value)) objectsIn(inner, found)
  return found
}

function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
