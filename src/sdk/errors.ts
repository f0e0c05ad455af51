/**
 * What went wrong, in a closed set, so that a `switch` over it can be checked for completeness.
 *
 * - `unreachable`: no connection, or it broke off
 * - `untrusted`: the server's certificate was not accepted
 * - `timeout`: no whole answer in time
 * - `refused`: the server answered with an error of its own; `status` and `code` are set
 * - `unexpectedAnswer`: the answer is not what the protocol says
 * - `invalidInput`: what the caller gave cannot work, and nothing was sent
 */
export type SdkErrorKind =
  | "unreachable"
  | "untrusted"
  | "timeout"
  | "refused"
  | "unexpectedAnswer"
  | "invalidInput"

export interface SdkErrorFields {
  /** As the server or the system spells it: `SecretNotFound`, `invalid_client`, `ECONNREFUSED`. */
  code?: string | undefined
  /** A finer code, where the server sends one: `ForbiddenByRbac`, `AADSTS7000215`. */
  innerCode?: string | undefined
  status?: number | undefined
  /** What the server's own log has this request under. */
  requestId?: string | undefined
  cause?: unknown
}

/** The one error of this library. Its message never holds a secret or a token. */
export class SdkError extends Error {
  override readonly name = "SdkError"
  readonly kind: SdkErrorKind
  readonly code: string | undefined
  readonly innerCode: string | undefined
  readonly status: number | undefined
  readonly requestId: string | undefined

  constructor(kind: SdkErrorKind, message: string, fields: SdkErrorFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause })
    this.kind = kind
    this.code = fields.code
    this.innerCode = fields.innerCode
    this.status = fields.status
    this.requestId = fields.requestId
  }
}

/** An answer with an error status, as little of it as is needed here. */
export interface ErrorAnswer {
  status: number
  headers: Readonly<Record<string, string>>
  text: string
}

/**
 * The error that an answer tells, whichever surface it came from: token endpoint, managed identity, Key Vault,
 * ARM, Graph, app tokens, or problem details.
 *
 * @see RFC 6749 section 5.2, https://www.rfc-editor.org/rfc/rfc6749.html#section-5.2
 * @see RFC 9457 section 3, https://www.rfc-editor.org/rfc/rfc9457.html#section-3
 */
export function parseErrorAnswer({ status, headers, text }: ErrorAnswer): SdkError {
  const body = parseObject(text)
  const requestId = headers["x-ms-request-id"] ?? headers["request-id"]
  const told = bodyShapes.map((read) => read(body)).find((fields) => fields?.message !== undefined)
  const message = told?.message ?? (shorten(text) || `The server answered ${status} without a reason`)
  return new SdkError("refused", message, {
    status,
    code: told?.code,
    innerCode: told?.innerCode,
    requestId: told?.requestId ?? requestId,
  })
}

type Body = Readonly<Record<string, unknown>>
interface Told {
  message: string | undefined
  code?: string | undefined
  innerCode?: string | undefined
  requestId?: string | undefined
}

/** One reader a shape; the first that finds a message is believed. */
const bodyShapes: readonly ((body: Body) => Told | undefined)[] = [
  // Key Vault (`innererror`), ARM, Graph (`innerError`)
  (body) => {
    const error = objectOf(body.error)
    const inner = objectOf(error.innererror)
    return {
      message: textOf(error.message),
      code: textOf(error.code),
      innerCode: textOf(inner.code),
      requestId: textOf(objectOf(error.innerError)["request-id"]),
    }
  },
  // Token endpoint, managed identity
  (body) => {
    const message = textOf(body.error_description)?.replaceAll("\r\n", "\n")
    const innerCode = /^(AADSTS\d+):/.exec(message ?? "")?.[1]
    return { message, code: textOf(body.error), innerCode, requestId: textOf(body.trace_id) }
  },
  // App tokens
  (body) => ({ message: textOf(body.errorMessage) }),
  // Problem details
  (body) => ({ message: textOf(body.detail) ?? textOf(body.title), code: textOf(body.code) }),
  // Managed identity, App Service form
  (body) => ({ message: textOf(body.message), requestId: textOf(body.correlationId) }),
  // Instance metadata puts its whole sentence here, other servers a word
  (body) => ({ message: textOf(body.error) }),
]

function parseObject(text: string): Body {
  try {
    return objectOf(JSON.parse(text))
  } catch {
    return {}
  }
}

function objectOf(value: unknown): Body {
  return typeof value === "object" && value !== null ? (value as Body) : {}
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined
}

/** A page of HTML says little in a terminal. */
function shorten(text: string): string {
  const line = text.trim().split("\n", 1)[0] ?? ""
  return line.startsWith("<") ? "" : line.slice(0, 200)
}
