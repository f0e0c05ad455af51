/** Finds secrets where they must not be, in every form in which software lets them slip. */
import { readdirSync, readFileSync } from "node:fs"
import { join, relative } from "node:path"

export interface Secret {
  name: string
  value: string | Uint8Array
}

export interface Place {
  name: string
  content: Buffer
}

/** One line for each secret found: what it is, where, and in which form. Never the secret itself. */
export function findSecrets(places: readonly Place[], secrets: readonly Secret[]): string[] {
  return secrets.flatMap((secret) =>
    formsOf(secret).flatMap(({ form, bytes }) =>
      places
        .filter(({ content }) => content.includes(bytes))
        .map((place) => `${secret.name} is in ${place.name} as ${form}`),
    ),
  )
}

/** Every file below a directory. */
export function readPlaces(directory: string): Place[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ name: relative(directory, path), content: readFileSync(path) }))
}

interface Form {
  form: string
  bytes: Buffer
}

function formsOf({ name, value }: Secret): Form[] {
  const bytes = Buffer.from(value)
  if (bytes.length < 8) throw new TypeError(`${name} is too short to be searched for`)
  const hex = bytes.toString("hex")
  const texts: [string, string][] = [
    ["hexadecimal", hex],
    ["hexadecimal", hex.toUpperCase()],
    ...base64Forms(bytes),
  ]
  if (typeof value === "string") {
    const percent = encodeURIComponent(value)
    texts.push(
      ["JSON text", JSON.stringify(value).slice(1, -1)],
      ["percent-encoded", percent],
      ["percent-encoded", percent.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())],
      ["percent-encoded", percent.replaceAll("%20", "+")],
    )
  }
  const distinct = new Map(texts.filter(([, text]) => text !== value).map(([form, text]) => [text, form]))
  return [
    { form: "it is", bytes },
    { form: "UTF-16", bytes: Buffer.from(bytes.toString("utf8"), "utf16le") },
    ...[...distinct].map(([text, form]) => ({ form, bytes: Buffer.from(text) })),
  ]
}

/**
 * Base64 of the secret inside something longer depends on how many bytes stand before it, modulo three; characters that
 * its neighbours have a part in are left off.
 */
function base64Forms(bytes: Buffer): [string, string][] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "")
    const whole = text.slice(
      before === 0 ? 0 : before + 1,
      (before + bytes.length) % 3 === 0 ? undefined : -1,
    )
    const url = whole.replaceAll("+", "-").replaceAll("/", "_")
    return [
      ["base64", whole],
      ["base64url", url],
    ] as [string, string][]
  })
}
