import type { FastifyReply, FastifyRequest } from "fastify"
import { DomainError } from "../../domain/errors.ts"
import { type AadstsCode, aadsts, type AadstsRow } from "../../wire/aadsts.ts"
import { errorPagePath, type OAuthErrorBody } from "../../wire/oauth.ts"
import { findListenerRefusal } from "../listener-refusal.ts"
import type { SurfaceContext } from "../surface.ts"
import { correlationOf } from "./headers.ts"
import type { OAuthCall } from "./call.ts"

export interface OAuthErrorOptions {
  /** A sentence beside that of the code, without full stop: names and rules, never a credential. */
  detail?: string | undefined
  /** In place of the code's own `error`. */
  error?: string
  cause?: unknown
}

/** A refusal of the token service, by its AADSTS number. */
export class OAuthError extends Error {
  readonly code: AadstsCode
  readonly detail: string | undefined
  readonly error: string

  constructor(code: AadstsCode, { detail, error, cause }: OAuthErrorOptions = {}) {
    super(`AADSTS${code}: ${aadsts[code].text}`, cause === undefined ? undefined : { cause })
    this.name = "OAuthError"
    this.code = code
    this.detail = detail
    this.error = error ?? aadsts[code].error
  }
}

/** Domain errors by kind, subject and reason. */
const codes: Readonly<Record<string, AadstsCode>> = {
  "notFound application": 700016,
  "invalidInput application malformed": 700038,
  "conflict servicePrincipal disabled": 7000112,
  "unauthenticated managedIdentity": 7000232,
  "unauthenticated clientSecret": 7000215,
  "expired clientSecret": 7000222,
  "invalidInput assertion malformed": 50027,
  "unauthenticated assertion signature": 700027,
  "unauthenticated assertion keyNotFound": 700027,
  "unauthenticated assertion kidNotFound": 7000272,
  "unauthenticated assertion subject": 700021,
  "unauthenticated assertion audience": 700023,
  "unauthenticated assertion time": 700024,
  "unauthenticated assertion replayed": 700027,
  "expired certificate": 1000502,
}

function fromDomain(error: DomainError): OAuthError | undefined {
  const name = [error.kind, error.subject, error.reason].filter((part) => part !== undefined).join(" ")
  const code = codes[name]
  return code && new OAuthError(code, { detail: error.detail, cause: error })
}

/** Turns whatever was thrown into the one body of the surface. */
export function answerOAuthError(context: SurfaceContext) {
  return (thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const error = toOAuthError(thrown)
    const { status }: AadstsRow = aadsts[error.code]
    if (status === 500) context.log.error("oauth failed", thrown, { requestId: request.id })
    if (status === 401 && request.headers.authorization !== undefined) {
      reply.header("www-authenticate", 'Basic realm="keybearer"')
    }
    return reply.code(status).send(toBody(context, error, request))
  }
}

function toOAuthError(thrown: unknown): OAuthError {
  if (thrown instanceof OAuthError) return thrown
  const known = thrown instanceof DomainError ? fromDomain(thrown) : undefined
  if (known !== undefined) return known
  const refusal = findListenerRefusal(thrown)
  if (refusal === "bodyTooLarge") {
    return new OAuthError(9002313, { detail: "The body is longer than 65536 bytes" })
  }
  return new OAuthError(refusal === "malformed" ? 9002313 : 50000, { cause: thrown })
}

function toBody(
  { endpoints, clock }: SurfaceContext,
  error: OAuthError,
  request: FastifyRequest,
): OAuthErrorBody {
  const { text, hasErrorPage }: AadstsRow = aadsts[error.code]
  const timestamp = toTimestamp(clock.now())
  const correlationId = correlationOf(request)
  const sentences = error.detail === undefined ? text : `${text} ${toPlainText(error.detail)}.`
  return {
    error: error.error,
    error_description: `AADSTS${error.code}: ${sentences} Trace ID: ${request.id} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [error.code],
    timestamp,
    trace_id: request.id,
    correlation_id: correlationId,
    ...(hasErrorPage && { error_uri: `${endpoints.authority}${errorPagePath}?code=${error.code}` }),
  }
}

/** `2026-11-21 00:00:00Z` */
function toTimestamp(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().replace("T", " ").replace(/\.\d+/, "")
}

const maxDetailLength = 300

/** MSAL asks a person to sign in where it reads one of these, wherever it stands; a client's own words may hold them. */
const interactionWords =
  /interaction_required|consent_required|login_required|bad_token|ui_not_allowed|interrupted_user/gi

/** Details repeat words of the request, which are shown in terminals and logs. */
function toPlainText(detail: string): string {
  return detail
    .replaceAll(/[^\x20-\x7e]/g, "?")
    .replaceAll(interactionWords, (word) => word.replaceAll("_", "-"))
    .slice(0, maxDetailLength)
}

/** The token endpoint takes POST and nothing else. */
export function refuseMethod({ request, reply }: OAuthCall): never {
  reply.header("allow", "POST")
  throw new OAuthError(900561, { detail: `This was a ${request.method} request` })
}

/** What `error_uri` leads to: the sentence of a code, for a person. */
export function answerErrorPage({ request, reply }: OAuthCall): FastifyReply {
  const { code } = request.query as { code?: string }
  const row = Object.entries(aadsts).find(([number]) => number === code)
  reply.type("text/plain; charset=utf-8")
  if (row === undefined) return reply.code(404).send("There is no such error code.\n")
  return reply.send(`AADSTS${row[0]}: ${row[1].text}\n`)
}
