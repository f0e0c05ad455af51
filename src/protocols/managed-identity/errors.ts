import type { FastifyReply, FastifyRequest } from "fastify"
import { DomainError } from "../../domain/errors.ts"
import {
  type AppServiceErrorBody,
  type InstanceMetadataErrorBody,
  newestInstanceMetadataVersions,
} from "../../wire/managed-identity.ts"
import { correlationIdOf } from "../correlation.ts"
import { findListenerRefusal } from "../listener-refusal.ts"
import type { SurfaceContext } from "../surface.ts"

/** What is wrong, for both forms to put in their own words. */
export type ManagedIdentityFault =
  | "request"
  | "apiVersion"
  | "headerSecret"
  | "method"
  | "resource"
  | "identity"
  | "internal"

const statuses: Readonly<Record<ManagedIdentityFault, number>> = {
  request: 400,
  apiVersion: 400,
  headerSecret: 401,
  method: 405,
  resource: 400,
  identity: 400,
  internal: 500,
}

/** A refusal of a managed identity endpoint. */
export class ManagedIdentityError extends Error {
  readonly fault: ManagedIdentityFault

  constructor(fault: ManagedIdentityFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = "ManagedIdentityError"
    this.fault = fault
  }
}

type ErrorAnswer = (thrown: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply

export function answerInstanceMetadataError(context: SurfaceContext): ErrorAnswer {
  return (thrown, request, reply) => {
    const error = toManagedIdentityError(context, thrown, request)
    return reply.code(statuses[error.fault]).send(toInstanceMetadataBody(error))
  }
}

export function answerAppServiceError(context: SurfaceContext): ErrorAnswer {
  return (thrown, request, reply) => {
    const error = toManagedIdentityError(context, thrown, request)
    const statusCode = statuses[error.fault]
    const body: AppServiceErrorBody = {
      statusCode,
      message: error.message,
      correlationId: correlationIdOf(request),
    }
    return reply.code(statusCode).send(body)
  }
}

function toInstanceMetadataBody({ fault, message }: ManagedIdentityError): InstanceMetadataErrorBody {
  if (fault === "apiVersion") {
    return { error: `Bad request. ${message}.`, "newest-versions": [...newestInstanceMetadataVersions] }
  }
  if (fault === "resource")
    return { error: "invalid_resource", error_description: `AADSTS500011: ${message}` }
  return { error: fault === "internal" ? "server_error" : "invalid_request", error_description: message }
}

function toManagedIdentityError(
  { log }: SurfaceContext,
  thrown: unknown,
  request: FastifyRequest,
): ManagedIdentityError {
  if (thrown instanceof ManagedIdentityError) return thrown
  if (thrown instanceof DomainError) {
    const { kind, subject, detail } = thrown
    const isSelection = subject === "managedIdentity" && (kind === "notFound" || kind === "invalidInput")
    if (isSelection) return new ManagedIdentityError("identity", detail, { cause: thrown })
    if (kind === "notFound" && subject === "resource")
      return new ManagedIdentityError("resource", detail, { cause: thrown })
  }
  if (findListenerRefusal(thrown) !== undefined) {
    return new ManagedIdentityError("request", "The request is malformed", { cause: thrown })
  }
  log.error("managed identity failed", thrown, { requestId: request.id })
  return new ManagedIdentityError("internal", "The endpoint failed; the server's log has the cause", {
    cause: thrown,
  })
}
