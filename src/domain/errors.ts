/**
 * What can go wrong in the domain, in our words: no HTTP, no wire codes. Each surface translates in
 * its own `errors.ts`.
 */

export type DomainErrorKind =
  | "notFound"
  | "alreadyExists"
  | "invalidInput"
  | "unauthenticated"
  | "forbidden"
  /** The thing is in a state that does not allow this: disabled, managed, purge-protected. */
  | "conflict"
  /** The name is held by a deleted object that can be recovered. */
  | "softDeleted"
  | "expired"
  | "throttled"
  | "unsupported"

/** The noun the error is about. */
export type DomainErrorSubject =
  | "appToken"
  | "appTokenIdentity"
  | "application"
  | "assertion"
  | "caller"
  | "certificate"
  | "clientSecret"
  | "key"
  | "managedIdentity"
  | "resource"
  | "resourceGroup"
  | "roleAssignment"
  | "roleDefinition"
  | "secret"
  | "servicePrincipal"
  | "subscription"
  | "tenant"
  | "token"
  | "tokenRole"
  | "user"
  | "vault"

/** What access was refused: everything a person needs to ask for the right role. */
export interface DeniedAccess {
  action: string
  assignmentScope: string
  tenantId: string
  principalId: string
  appId: string | null
}

export interface DomainErrorFields {
  /** Safe for the caller to read: names and rules, never a value. */
  detail: string
  /** Which input is at fault, for `invalidInput`. */
  target?: string
  /** One word that tells variants of a kind and subject apart, such as `disabled` or `managed`. */
  reason?: string
  denied?: DeniedAccess
  /** For logs only. */
  cause?: unknown
}

export class DomainError extends Error {
  readonly kind: DomainErrorKind
  readonly subject: DomainErrorSubject
  readonly detail: string
  readonly target: string | undefined
  readonly reason: string | undefined
  readonly denied: DeniedAccess | undefined

  constructor(kind: DomainErrorKind, subject: DomainErrorSubject, fields: DomainErrorFields) {
    super(fields.detail, fields.cause === undefined ? undefined : { cause: fields.cause })
    this.name = "DomainError"
    this.kind = kind
    this.subject = subject
    this.detail = fields.detail
    this.target = fields.target
    this.reason = fields.reason
    this.denied = fields.denied
  }
}

/** The most frequent error, spelled short. */
export function invalidInput(subject: DomainErrorSubject, target: string, detail: string): DomainError {
  return new DomainError("invalidInput", subject, { target, detail })
}

export function notFound(subject: DomainErrorSubject, detail: string): DomainError {
  return new DomainError("notFound", subject, { detail })
}
