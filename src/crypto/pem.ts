/** One block of a PEM text. */
export interface PemBlock {
  /** Such as `CERTIFICATE` or `PRIVATE KEY`. */
  readonly label: string
  readonly der: Uint8Array
}

/** A text is not well-formed PEM. The message never holds any of it. */
export class PemError extends Error {
  override readonly name = "PemError"
}

const maxCharacters = 512 * 1024
const beginLine = /^-----BEGIN ([A-Z0-9]+(?: [A-Z0-9]+)*)-----$/

/**
 * Splits a PEM text into its blocks. Text outside of blocks is skipped (`openssl pkcs12` writes attributes there);
 * inside, there is base64 and nothing else, so the old encrypted form with `Proc-Type` headers is refused.
 *
 * @throws PemError a block without end or of another label at its end, other than base64 inside, over 512 KiB
 * @see RFC 7468 section 3, https://www.rfc-editor.org/rfc/rfc7468.html#section-3
 */
export function parsePem(text: string): PemBlock[] {
  if (text.length > maxCharacters) throw new PemError("PEM is longer than 524288 characters")
  const blocks: PemBlock[] = []
  let open: { label: string; lines: string[] } | undefined
  for (const line of text.split(/\r\n|\n|\r/).map((raw) => raw.trimEnd())) {
    if (open === undefined) {
      const label = beginLine.exec(line)?.[1]
      if (label !== undefined) open = { label, lines: [] }
      else if (line.includes("-----")) throw new PemError("PEM has a broken boundary line")
    } else if (line.startsWith("-----")) {
      if (line !== `-----END ${open.label}-----`) throw new PemError("PEM block does not end as it begins")
      blocks.push({ label: open.label, der: decodeLines(open.lines) })
      open = undefined
    } else open.lines.push(line)
  }
  if (open !== undefined) throw new PemError("PEM block has no end")
  return blocks
}

/** Writes bytes as one PEM block, 64 characters a line, with a line feed at the end. */
export function toPem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n")
}

function decodeLines(lines: readonly string[]): Uint8Array {
  const text = lines.join("").replaceAll(/[\t ]/g, "")
  if (text === "" || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) {
    throw new PemError("PEM block has other content than base64")
  }
  return Buffer.from(text, "base64")
}
