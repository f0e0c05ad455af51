/** The only writer of error bodies of this surface. */
import type { FastifyReply, FastifyRequest } from "fastify"
import { signInPauseSeconds } from "../../domain/app-tokens/index.ts"
import { DomainError } from "../../domain/errors.ts"
import { type ErrorBody, type ErrorCode, errorCodes } from "../../wire/app-token.ts"
import { BodyError } from "../json-body.ts"
import { findListenerRefusal } from "../listener-refusal.ts"
import type { SurfaceContext } from "../surface.ts"

/** A refusal of this surface; the message is for the caller. */
export class AppTokenError extends Error {
  override readonly name = "AppTokenError"
  readonly code: ErrorCode
  readonly headers: Readonly<Record<string, string>>

  constructor(
    code: ErrorCode,
    message: string,
    fields: { headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(message, { cause: fields.cause })
    this.code = code
    this.headers = fields.headers ?? {}
  }

  get status(): number {
    return errorCodes[this.code]
  }
}

export const signInChallenge = { "WWW-Authenticate": "Bearer" }
const badTokenChallenge = { "WWW-Authenticate": 'Bearer error="invalid_token"' }

/** Turns whatever was thrown into the surface's answer; what is not understood is logged and stays inside. */
export function answerAppTokenError({ log }: SurfaceContext) {
  return async (thrown: unknown, request: FastifyRequest, reply: FastifyReply): Promise<ErrorBody> => {
    const error = toAppTokenError(thrown)
    if (error.status >= 500) log.error("app-tokens", thrown, { requestId: request.id, code: error.code })
    void reply.code(error.status).headers(error.headers)
    return { errorMessage: error.message, code: error.code }
  }
}

export async function answerNotFound(_request: FastifyRequest, reply: FastifyReply): Promise<ErrorBody> {
  void reply.code(errorCodes.notFound)
  return { errorMessage: "There is no such route", code: "notFound" }
}

function toAppTokenError(thrown: unknown): AppTokenError {
  if (thrown instanceof AppTokenError) return thrown
  if (thrown instanceof DomainError) return fromDomain(thrown)
  if (thrown instanceof BodyError) return new AppTokenError("invalidBody", thrown.message)
  return fromListener(thrown)
}

function fromDomain(error: DomainError): AppTokenError {
  const { detail, kind } = error
  switch (kind) {
    case "notFound":
      return new AppTokenError("notFound", detail)
    case "alreadyExists":
    case "softDeleted":
      return new AppTokenError("alreadyExists", detail)
    case "invalidInput":
    case "unsupported":
      return new AppTokenError("invalidInput", detail)
    case "forbidden":
      return new AppTokenError("forbidden", detail)
    case "throttled":
      return throttled(error)
    case "conflict":
      return new AppTokenError("notReady", detail, { cause: error })
    case "unauthenticated":
    case "expired":
      return unauthenticated(error)
  }
}

function unauthenticated({ subject, detail }: DomainError): AppTokenError {
  if (subject === "user") return new AppTokenError("signInFailed", detail, { headers: signInChallenge })
  return new AppTokenError("credentialsInvalid", detail, { headers: badTokenChallenge })
}

function throttled({ reason, detail }: DomainError): AppTokenError {
  if (reason !== "signIn") return new AppTokenError("busy", detail)
  return new AppTokenError("tooManyAttempts", detail, {
    headers: { "Retry-After": String(signInPauseSeconds) },
  })
}

function fromListener(thrown: unknown): AppTokenError {
  const refusal = findListenerRefusal(thrown)
  if (refusal === "bodyTooLarge") return new AppTokenError("bodyTooLarge", "The request body is too large")
  if (refusal === "malformed") return new AppTokenError("invalidBody", "The request cannot be read")
  return new AppTokenError("internalError", "An internal error occurred", { cause: thrown })
}
