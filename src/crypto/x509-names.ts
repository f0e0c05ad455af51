import {
  type DerElement,
  elementAt,
  encode,
  encodeOid,
  encodeSequence,
  encodeSet,
  readChildren,
  readOid,
  readText,
  tags,
} from "./der.ts"

/** A text is not a distinguished name. */
export class DistinguishedNameError extends Error {
  override readonly name = "DistinguishedNameError"
}

interface Attribute {
  readonly oid: string
  readonly value: string
}

const maxCharacters = 1024

/** Short names by object identifier, as Key Vault and .NET print them. */
const shortNames: Readonly<Record<string, string>> = {
  "2.5.4.3": "CN",
  "2.5.4.4": "SN",
  "2.5.4.5": "SERIALNUMBER",
  "2.5.4.6": "C",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.9": "STREET",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
  "2.5.4.12": "T",
  "2.5.4.42": "G",
  "0.9.2342.19200300.100.1.1": "UID",
  "0.9.2342.19200300.100.1.25": "DC",
  "1.2.840.113549.1.9.1": "E",
}

const oidsByName = new Map([
  ...Object.entries(shortNames).map(([oid, name]) => [name, oid] as const),
  ["S", "2.5.4.8"],
  ["GN", "2.5.4.42"],
  ["TITLE", "2.5.4.12"],
  ["EMAIL", "1.2.840.113549.1.9.1"],
  ["EMAILADDRESS", "1.2.840.113549.1.9.1"],
])

const stringTags: Readonly<Record<string, number>> = {
  "2.5.4.5": tags.printableString,
  "2.5.4.6": tags.printableString,
  "0.9.2342.19200300.100.1.25": tags.ia5String,
  "1.2.840.113549.1.9.1": tags.ia5String,
}

/**
 * Returns a Name as text, most specific part first, such as `CN=a, O="b, c"`; values that need it are in quotation
 * marks, as Key Vault prints them. Attributes without a short name appear as `OID.1.2.3=…`.
 *
 * @throws DerError the element is no Name
 * @see RFC 4514 section 2.1 (order), https://www.rfc-editor.org/rfc/rfc4514.html#section-2.1
 */
export function formatName(name: DerElement): string {
  const parts = readChildren(name, tags.sequence).map((part) =>
    readAttributes(part).map(formatAttribute).join(" + "),
  )
  return parts.reverse().join(", ")
}

/** Returns the raw value of the most specific CN, undefined when there is none. @throws DerError no Name */
export function findCommonName(name: DerElement): string | undefined {
  const attributes = readChildren(name, tags.sequence).flatMap(readAttributes)
  return attributes.findLast(({ oid }) => oid === "2.5.4.3")?.value
}

/**
 * Encodes a text such as `CN=a, O="b, c"` (also `cn=a/…` spellings in any case, `\` escapes, `+` for parts with several
 * attributes, `;` for `,`) as a Name.
 *
 * @throws DistinguishedNameError unknown attribute, missing value, unbalanced quotation marks, over 1,024 characters
 */
export function encodeName(text: string): Uint8Array {
  if (text.length > maxCharacters) throw new DistinguishedNameError("Distinguished name is too long")
  if (text.trim() === "") return encodeSequence()
  const parts = splitOutsideQuotes(text, ",;").map((part) =>
    splitOutsideQuotes(part, "+").map(parseAttribute),
  )
  return encodeSequence(...parts.reverse().map((attributes) => encodeSet(...attributes.map(encodeAttribute))))
}

function readAttributes(part: DerElement): Attribute[] {
  return readChildren(part, tags.set).map((attribute) => {
    const fields = readChildren(attribute, tags.sequence)
    return { oid: readOid(elementAt(fields, 0)), value: readText(elementAt(fields, 1)) }
  })
}

function formatAttribute({ oid, value }: Attribute): string {
  const needsQuotes = /[,+"\\<>;=#\n\r]|^\s|\s$/.test(value) || value === ""
  return `${shortNames[oid] ?? `OID.${oid}`}=${needsQuotes ? `"${value.replaceAll('"', '""')}"` : value}`
}

function splitOutsideQuotes(text: string, separators: string): string[] {
  const parts: string[] = []
  let quoted = false
  let start = 0
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]!
    if (character === "\\" && !quoted) at += 1
    else if (character === '"') quoted = !quoted
    else if (!quoted && separators.includes(character)) {
      parts.push(text.slice(start, at))
      start = at + 1
    }
  }
  if (quoted) throw new DistinguishedNameError("Distinguished name has an unbalanced quotation mark")
  return [...parts, text.slice(start)]
}

function parseAttribute(text: string): Attribute {
  const [, name = "", written = ""] =
    /^\s*([A-Za-z][A-Za-z0-9.]*|[0-2](?:\.\d+)+)\s*=\s*(.*?)\s*$/s.exec(text) ?? []
  const oid = oidsByName.get(name.toUpperCase()) ?? /^(?:OID\.)?([0-2](?:\.\d{1,10}){1,12})$/i.exec(name)?.[1]
  if (oid === undefined)
    throw new DistinguishedNameError("Distinguished name has an attribute that is not known")
  const value = unquote(written)
  if (value === "") throw new DistinguishedNameError(`Distinguished name has no value for "${name}"`)
  return { oid, value }
}

function unquote(written: string): string {
  const quoted = /^"((?:[^"]|"")*)"$/s.exec(written)?.[1]
  if (quoted !== undefined) return quoted.replaceAll('""', '"')
  if (written.includes('"'))
    throw new DistinguishedNameError("Distinguished name has text around quotation marks")
  return written.replace(/\\(.)/gs, "$1")
}

function encodeAttribute({ oid, value }: Attribute): Uint8Array {
  const tag = stringTags[oid] ?? tags.utf8String
  if (tag !== tags.utf8String && !/^[\x20-\x7e]*$/.test(value)) {
    throw new DistinguishedNameError(`Distinguished name has other than ASCII in "${shortNames[oid]}"`)
  }
  return encodeSequence(encodeOid(oid), encode(tag, Buffer.from(value, "utf8")))
}
