import type { FastifyReply, FastifyRequest } from "fastify"
import { DomainError } from "../../domain/errors.ts"
import { type ErrorBody, type ErrorCode, errorCodes } from "../../wire/arm.ts"
import { BodyError } from "../json-body.ts"
import { findListenerRefusal } from "../listener-refusal.ts"
import type { SurfaceContext } from "../surface.ts"
import { toChallenge } from "./challenge.ts"

/** A refusal as the resource manager words it. */
export class ArmError extends Error {
  override readonly name = "ArmError"
  readonly code: ErrorCode
  readonly target: string | undefined
  /** Methods that the path takes, with `MethodNotAllowed`. */
  readonly allow: string | undefined

  constructor(code: ErrorCode, message: string, more: { target?: string; allow?: string } = {}) {
    super(message)
    this.code = code
    this.target = more.target
    this.allow = more.allow
  }
}

export function invalidContent(message: string, target?: string): ArmError {
  return new ArmError("InvalidRequestContent", message, target === undefined ? {} : { target })
}

/** The only writer of error bodies of this surface. */
export async function sendError(
  context: SurfaceContext,
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const error = toArmError(thrown, request)
  const status = errorCodes[error.code]
  if (status === 500) context.log.error("request failed", thrown, { surface: "arm", requestId: request.id })
  if (status === 401) reply.header("www-authenticate", await toChallenge(context, request, error.message))
  if (error.allow !== undefined) reply.header("allow", error.allow)
  reply.header("x-ms-failure-cause", "gateway")
  return reply.code(status).send(toBody(error))
}

function toBody({ code, message, target }: ArmError): ErrorBody {
  return { error: { code, message, ...(target === undefined ? {} : { target }) } }
}

function toArmError(thrown: unknown, request: FastifyRequest): ArmError {
  if (thrown instanceof ArmError) return thrown
  if (thrown instanceof DomainError) return byKind[thrown.kind](thrown)
  if (thrown instanceof BodyError) {
    return invalidContent(
      `The request content was invalid and could not be deserialized: '${thrown.message}'.`,
    )
  }
  return fromListener(thrown, request)
}

function fromListener(thrown: unknown, request: FastifyRequest): ArmError {
  const refusal = findListenerRefusal(thrown)
  if (refusal === "bodyTooLarge") {
    const { bodyLimit } = request.routeOptions
    return new ArmError(
      "RequestContentTooLarge",
      `The request content is too large. At most ${bodyLimit} bytes are read.`,
    )
  }
  if (refusal === "malformed") {
    return invalidContent("The request is malformed: its headers or its length do not fit its body.")
  }
  return new ArmError(
    "InternalServerError",
    `The request could not be answered. The log of the server says why, under request id ${request.id}.`,
  )
}

const byKind: Readonly<Record<DomainError["kind"], (error: DomainError) => ArmError>> = {
  invalidInput: (error) => invalidInput(error),
  unauthenticated: (error) => unauthenticated(error),
  expired: () =>
    new ArmError(
      "ExpiredAuthenticationToken",
      "The access token has expired. Please renew it and try again.",
    ),
  forbidden: (error) => new ArmError("AuthorizationFailed", forbiddenMessage(error)),
  notFound: ({ subject, detail }) => new ArmError(notFoundCodes[subject] ?? "ResourceNotFound", detail),
  alreadyExists: ({ subject, detail }) => new ArmError(existsCodes[subject] ?? "Conflict", detail),
  softDeleted: ({ subject, detail }) => new ArmError(existsCodes[subject] ?? "Conflict", detail),
  conflict: ({ reason, detail }) =>
    new ArmError(reason === "location" ? "InvalidResourceLocation" : "Conflict", detail),
  unsupported: ({ detail }) => new ArmError("FeatureNotSupported", detail),
  throttled: ({ detail }) => new ArmError("TooManyRequests", detail),
}

const notFoundCodes: { readonly [subject: string]: ErrorCode } = {
  subscription: "SubscriptionNotFound",
  resourceGroup: "ResourceGroupNotFound",
  roleAssignment: "RoleAssignmentNotFound",
  roleDefinition: "RoleDefinitionDoesNotExist",
}

const existsCodes: { readonly [subject: string]: ErrorCode } = {
  vault: "VaultAlreadyExists",
  roleAssignment: "RoleAssignmentExists",
}

const invalidCodes: { readonly [subject: string]: ErrorCode } = {
  servicePrincipal: "PrincipalNotFound",
  roleDefinition: "InvalidRoleDefinitionId",
  roleAssignment: "InvalidRoleAssignmentId",
}

function invalidInput({ subject, reason, detail, target }: DomainError): ArmError {
  if (subject === "vault" && reason === "name") return new ArmError("VaultNameNotValid", detail)
  const code = invalidCodes[subject] ?? "InvalidRequestContent"
  return new ArmError(code, detail, target === undefined ? {} : { target })
}

function unauthenticated({ reason, detail }: DomainError): ArmError {
  if (reason === "missing") {
    return new ArmError(
      "AuthenticationFailed",
      "Authentication failed. The 'Authorization' header is missing.",
    )
  }
  return new ArmError("InvalidAuthenticationToken", `The access token is invalid. ${detail}.`)
}

function forbiddenMessage({ denied, detail }: DomainError): string {
  if (denied === undefined) return detail
  const { appId, principalId, action, assignmentScope } = denied
  return `The client '${appId ?? principalId}' with object id '${principalId}' does not have authorization to perform action '${action}' over scope '${assignmentScope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`
}
