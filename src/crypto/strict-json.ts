import { isUtf8 } from "node:buffer"

const maxDepth = 32

/**
 * Parses bytes as one JSON object in UTF-8, refusing what different parsers read differently: a member name twice at
 * any level, bytes that are not UTF-8, a byte order mark, more than 32 levels.
 *
 * @returns the object, or why it is none
 * @see RFC 8725 section 3.12 (mutual confusion), RFC 7515 section 4 (duplicate members), https://www.rfc-editor.org/rfc/rfc7515.html#section-4
 */
export function parseJsonObject(
  bytes: Uint8Array,
): Record<string, unknown> | "malformed" | "duplicateMember" {
  if (!isUtf8(bytes)) return "malformed"
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8")
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return "malformed"
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "malformed"
  const kept = countKept(value, maxDepth)
  if (kept === undefined) return "malformed"
  // JSON.parse keeps the last of two equal names, so the text then has more names than the value.
  return kept === countWritten(text) ? (value as Record<string, unknown>) : "duplicateMember"
}

/** Counts the members of a value at all levels; undefined when it is nested too deep. */
function countKept(value: object, levelsLeft: number): number | undefined {
  if (levelsLeft === 0) return undefined
  const children: unknown[] = Object.values(value)
  let count = Array.isArray(value) ? 0 : children.length
  for (const child of children) {
    if (typeof child !== "object" || child === null) continue
    const inner = countKept(child, levelsLeft - 1)
    if (inner === undefined) return undefined
    count += inner
  }
  return count
}

/** Counts the member names of a valid JSON text: the strings that a colon follows. */
function countWritten(text: string): number {
  let count = 0
  let open = text.indexOf('"')
  while (open !== -1) {
    const close = endOfString(text, open + 1)
    let next = close + 1
    while (isSpace(text.charCodeAt(next))) next += 1
    if (text[next] === ":") count += 1
    open = text.indexOf('"', close + 1)
  }
  return count
}

function endOfString(text: string, start: number): number {
  let close = text.indexOf('"', start)
  while (isEscaped(text, close)) close = text.indexOf('"', close + 1)
  return close
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0
  while (text[at - 1 - backslashes] === "\\") backslashes += 1
  return backslashes % 2 === 1
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}
