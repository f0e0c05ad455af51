import type { FastifyRequest } from "fastify"

/** The body is not what the surface reads; `detail` is safe for the caller. */
export class BodyError extends Error {
  readonly reason: "empty" | "notJson" | "notObject"

  constructor(reason: BodyError["reason"], detail: string) {
    super(detail)
    this.name = "BodyError"
    this.reason = reason
  }
}

/**
 * The body as a JSON object. Its members are untrusted; surfaces check them one by one.
 * @throws BodyError empty, not JSON, or JSON that is no object
 */
export function jsonBody(request: FastifyRequest): Record<string, unknown> {
  const bytes = request.body
  if (!(bytes instanceof Uint8Array) || bytes.length === 0) {
    throw new BodyError("empty", "The request has no body; a JSON object is expected")
  }
  const value = parseJson(bytes)
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new BodyError("notObject", "The request body must be a JSON object")
  }
  return value as Record<string, unknown>
}

const utf8 = new TextDecoder("utf-8", { fatal: true })

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes))
  } catch {
    // The parser's own message quotes the text, which may hold a secret.
    throw new BodyError("notJson", "The request body is not valid JSON in UTF-8")
  }
}
