import type { FastifyRequest } from "fastify"
import { OAuthError } from "./errors.ts"

/** The parameters of a request, each once; an empty one counts as absent. */
export type Form = ReadonlyMap<string, string>

const formType = "application/x-www-form-urlencoded"
const utf8 = new TextDecoder("utf-8", { fatal: true })

/**
 * Reads the body as a form, strictly. A body of another type has no parameters, and so lacks the first one asked for.
 *
 * @throws OAuthError 9002313 a parameter twice, broken percent-encoding, not UTF-8
 * @see RFC 6749 section 3.2 and appendix B, https://www.rfc-editor.org/rfc/rfc6749.html#section-3.2
 */
export function parseForm({ body, headers }: FastifyRequest): Form {
  const form = new Map<string, string>()
  const [type = ""] = (headers["content-type"] ?? "").split(";", 1)
  if (!(body instanceof Uint8Array) || type.trim().toLowerCase() !== formType) return form
  for (const pair of decodeText(body).split("&")) {
    if (pair === "") continue
    const [name = "", ...value] = pair.split("=")
    const key = decode(name)
    if (form.has(key)) throw new OAuthError(9002313, { detail: `The parameter "${key}" is there twice` })
    form.set(key, decode(value.join("=")))
  }
  return form
}

/** @throws OAuthError 900144 absent or empty */
export function requireParameter(form: Form, name: string): string {
  const value = findParameter(form, name)
  if (value === undefined) throw new OAuthError(900144, { detail: `The missing parameter is "${name}"` })
  return value
}

export function findParameter(form: Form, name: string): string | undefined {
  return form.get(name) || undefined
}

/** Undoes form encoding. @throws OAuthError 9002313 broken percent-encoding */
export function decode(text: string): string {
  if (!/[%+]/.test(text)) return text
  try {
    return decodeURIComponent(text.replaceAll("+", " "))
  } catch {
    throw new OAuthError(9002313, { detail: "Its percent-encoding is broken" })
  }
}

function decodeText(body: Uint8Array): string {
  try {
    return utf8.decode(body)
  } catch {
    throw new OAuthError(9002313, { detail: "The body is not UTF-8" })
  }
}
