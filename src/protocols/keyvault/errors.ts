import type { FastifyReply, FastifyRequest } from "fastify"
import { DomainError } from "../../domain/errors.ts"
import type { Vault } from "../../domain/vaults/index.ts"
import {
  type ErrorBody,
  type ErrorCode,
  errorCodes,
  type InnerErrorCode,
  texts,
} from "../../wire/keyvault.ts"
import { BodyError } from "../json-body.ts"
import { findListenerRefusal } from "../listener-refusal.ts"
import type { SurfaceContext } from "../surface.ts"
import { toChallenge } from "./challenge.ts"

/** A refusal as the REST API words it. */
export class KeyVaultError extends Error {
  readonly code: ErrorCode
  readonly innerCode: InnerErrorCode | undefined
  /** Methods that the path takes, with `MethodNotAllowed`. */
  readonly allow: string | undefined

  constructor(code: ErrorCode, message: string, more: { innerCode?: InnerErrorCode; allow?: string } = {}) {
    super(message)
    this.name = "KeyVaultError"
    this.code = code
    this.innerCode = more.innerCode
    this.allow = more.allow
  }
}

export function badParameter(message: string): KeyVaultError {
  return new KeyVaultError("BadParameter", message)
}

export function vaultNotFound(name: string): KeyVaultError {
  return new KeyVaultError(
    "VaultNotFound",
    `There is no vault "${name}" here. Look at the vault's name in the address, or create the vault first`,
  )
}

export function routeNotFound({ method, url }: FastifyRequest): KeyVaultError {
  return new KeyVaultError(
    "NotFound",
    `There is no operation ${method} ${pathOf(url)} here. Look at the path in the reference of the Key Vault REST API`,
  )
}

export function methodNotAllowed({ method, url }: FastifyRequest, allow: string): KeyVaultError {
  return new KeyVaultError("MethodNotAllowed", `${method} is not allowed on ${pathOf(url)}. Use ${allow}`, {
    allow,
  })
}

/** The only writer of error bodies of this surface. */
export function sendError(
  context: SurfaceContext,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const refusal = toKeyVaultError(error, request)
  if (refusal.code === "InternalServerError") {
    context.log.error("request failed", error, { surface: "keyvault", requestId: request.id })
  }
  if (refusal.code === "Unauthorized") reply.header("www-authenticate", toChallenge(context, request))
  if (refusal.allow !== undefined) reply.header("allow", refusal.allow)
  return reply.code(errorCodes[refusal.code]).send(toBody(refusal))
}

function toBody({ code, message, innerCode }: KeyVaultError): ErrorBody {
  return { error: { code, message, ...(innerCode === undefined ? {} : { innererror: { code: innerCode } }) } }
}

function toKeyVaultError(error: unknown, request: FastifyRequest): KeyVaultError {
  if (error instanceof KeyVaultError) return error
  if (error instanceof DomainError) return fromDomain(error, request)
  if (error instanceof BodyError) return badParameter(error.message)
  return fromListener(error, request)
}

function fromListener(error: unknown, request: FastifyRequest): KeyVaultError {
  const refusal = findListenerRefusal(error)
  if (refusal === "bodyTooLarge") {
    const { bodyLimit } = request.routeOptions
    return badParameter(`The request body is too large. At most ${bodyLimit} bytes are read`)
  }
  if (refusal === "malformed") {
    return badParameter("The request is malformed: its headers or its length do not fit its body")
  }
  return internal(request)
}

function internal({ id }: FastifyRequest): KeyVaultError {
  return new KeyVaultError(
    "InternalServerError",
    `The request could not be answered. The log of the server says why, under request id ${id}`,
  )
}

type Translation = (error: DomainError, request: FastifyRequest) => KeyVaultError

const byKind: Readonly<Record<DomainError["kind"], Translation>> = {
  invalidInput: ({ detail }) => badParameter(detail),
  unsupported: ({ detail }) => badParameter(detail),
  unauthenticated: (error) => new KeyVaultError("Unauthorized", unauthorizedMessage(error)),
  expired: (error) => new KeyVaultError("Unauthorized", unauthorizedMessage(error)),
  forbidden: (error, request) =>
    new KeyVaultError("Forbidden", forbiddenMessage(error, request.vaultCall?.vault), {
      innerCode: "ForbiddenByRbac",
    }),
  notFound: (error, request) => notFound(error, request),
  alreadyExists: ({ detail }) => new KeyVaultError("Conflict", detail),
  conflict: (error) => conflict(error),
  softDeleted: (error) =>
    new KeyVaultError("Conflict", softDeletedMessage(error), { innerCode: "ObjectIsDeletedButRecoverable" }),
  throttled: ({ detail }) => new KeyVaultError("Throttled", detail),
}

function fromDomain(error: DomainError, request: FastifyRequest): KeyVaultError {
  return byKind[error.kind](error, request)
}

const literals: { readonly [reason: string]: string } = {
  missing: texts.missingToken,
  signature: texts.unknownSigningKey,
  audience: texts.invalidAudience,
  issuer: texts.invalidIssuer,
}

function unauthorizedMessage({ reason, detail }: DomainError): string {
  if (reason === "missing") return texts.missingToken
  const literal = literals[reason ?? ""]
  return literal === undefined ? detail : `${literal} ${detail}`
}

/**
 * The lines that people and tools know from Azure.
 *
 * @see contracts/keyvault.md 2.8 (ForbiddenByRbac message layout)
 */
function forbiddenMessage({ denied, detail }: DomainError, vault: Vault | undefined): string {
  if (denied === undefined) return detail
  const appId = denied.appId === null ? "" : `appid=${denied.appId};`
  return [
    texts.notAuthorized,
    texts.propagation,
    `Caller: ${appId}oid=${denied.principalId};iss=https://sts.windows.net/${denied.tenantId}/`,
    `Action: '${denied.action}'`,
    `Resource: '${denied.assignmentScope.toLowerCase()}'`,
    "Assignment: (not found)",
    "DenyAssignmentId: null",
    "DecisionReason: 'DeniedWithNoValidRBAC'",
    `Vault: ${vault?.name ?? ""};location=${vault?.location ?? ""}`,
  ].join("\r\n")
}

const notFoundCodes: { readonly [subject: string]: ErrorCode } = {
  secret: "SecretNotFound",
  key: "KeyNotFound",
  certificate: "CertificateNotFound",
}

function notFound({ subject, reason, target, detail }: DomainError, request: FastifyRequest): KeyVaultError {
  const code = notFoundCodes[subject]
  if (code === undefined) return routeNotFound(request)
  if (reason === "deleted")
    return new KeyVaultError(code, `Deleted ${capitalised(subject)} not found: ${target}`)
  return new KeyVaultError(code, `${detail}. ${texts.recoveryHelp.replace("{kind}", subject)}`)
}

function conflict({ reason, detail }: DomainError): KeyVaultError {
  if (reason === "disabled") {
    return new KeyVaultError("Forbidden", texts.secretDisabled, { innerCode: "SecretDisabled" })
  }
  const forbidden = reason === "managed" || reason === "purgeProtected"
  return new KeyVaultError(forbidden ? "Forbidden" : "Conflict", detail)
}

function softDeletedMessage({ subject, target }: DomainError): string {
  return `${capitalised(subject)} ${target} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the ${subject} can only be recovered or purged.`
}

function capitalised(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1)
}

function pathOf(url: string): string {
  const path = url.split("?", 1)[0] ?? "/"
  return path.length <= 200 ? path : `${path.slice(0, 200)}…`
}
