import { isGuid, nilGuid } from "../../guid.ts"
import type { ApplicationRecord, ServicePrincipalRecord } from "../../storage/records.ts"
import { AlreadyExistsError, type Transaction } from "../../storage/store.ts"
import { type Caller, requireAction } from "../access/index.ts"
import { recordEvent } from "../audit/index.ts"
import type { DomainContext } from "../context.ts"
import { DomainError, invalidInput } from "../errors.ts"
import { findResource } from "./resources.ts"

export interface NewApplication {
  displayName: string
  /** The client id, a GUID; random when not given. */
  appId?: string | undefined
  /** The object id of the service principal, what role assignments name; random when not given. */
  servicePrincipalId?: string | undefined
  /** The object id of the application; random when not given. */
  objectId?: string | undefined
  /** Under which the application is a resource: `api://orders`, `https://orders.contoso.example`. */
  identifierUris?: readonly string[] | undefined
  /** Version of the access tokens it takes as a resource; 1 when not given, as in Entra. */
  accessTokenVersion?: 1 | 2 | undefined
}

export interface RegisteredApplication {
  application: ApplicationRecord
  servicePrincipal: ServicePrincipalRecord
}

const maxDisplayNameLength = 256
const maxIdentifierUris = 50
const maxIdentifierUriLength = 255

/**
 * Registers an application in the caller's tenant, with its service principal. Only keybearer itself does, at first
 * start, from a seed file or for the CLI on the same machine.
 *
 * @throws DomainError `forbidden`
 * @throws DomainError `invalidInput` - display name, ids or identifier URIs malformed
 * @throws DomainError `alreadyExists` - client id, object id or identifier URI taken
 */
export async function registerApplication(
  context: DomainContext,
  caller: Caller,
  request: NewApplication,
): Promise<RegisteredApplication> {
  await requireAction(context, caller, "Microsoft.Directory/applications/create", "/")
  const registered = toApplication(context, caller.tenantId, request)
  await assertFreeIdentifierUris(context, registered.application)
  try {
    await context.store.transaction((tx) => insertApplication(tx, context, caller, registered))
  } catch (error) {
    if (!(error instanceof AlreadyExistsError)) throw error
    throw new DomainError("alreadyExists", "application", {
      detail: `Application "${registered.application.appId}" or one of its object ids exists already`,
      cause: error,
    })
  }
  return registered
}

/** Checks what was asked for and gives it ids. @throws DomainError `invalidInput` */
export function toApplication(
  { clock, ids }: DomainContext,
  tenantId: string,
  request: NewApplication,
): RegisteredApplication {
  const { displayName, accessTokenVersion = 1 } = request
  if (displayName.trim() === "" || displayName.length > maxDisplayNameLength) {
    throw invalidInput(
      "application",
      "displayName",
      "An application needs a display name of 1 to 256 characters",
    )
  }
  const named = {
    tenantId,
    appId: toGuid("appId", request.appId ?? ids.guid()),
    displayName,
    createdAt: clock.now(),
  }
  return {
    application: {
      ...named,
      id: toGuid("objectId", request.objectId ?? ids.guid()),
      identifierUris: toIdentifierUris(request.identifierUris ?? []),
      accessTokenVersion,
    },
    servicePrincipal: {
      ...named,
      id: toGuid("servicePrincipalId", request.servicePrincipalId ?? ids.guid()),
      kind: "application",
      enabled: true,
    },
  }
}

/** Stores an application and its service principal with their audit event, as part of a transaction. */
export async function insertApplication(
  tx: Transaction,
  context: DomainContext,
  caller: Caller,
  { application, servicePrincipal }: RegisteredApplication,
): Promise<void> {
  await tx.applications.insert(application)
  await tx.servicePrincipals.insert(servicePrincipal)
  await recordEvent(tx, context, {
    tenantId: application.tenantId,
    actor: caller.principalId,
    action: "ApplicationCreate",
    target: application.id,
    correlationId: caller.correlationId,
    details: {
      appId: application.appId,
      servicePrincipalId: servicePrincipal.id,
      identifierUris: application.identifierUris,
    },
  })
}

function toGuid(target: string, given: string): string {
  const id = given.toLowerCase()
  if (!isGuid(id) || id === nilGuid) throw invalidInput("application", target, `"${given}" is not a GUID`)
  return id
}

function toIdentifierUris(uris: readonly string[]): string[] {
  if (uris.length > maxIdentifierUris) {
    throw invalidInput("application", "identifierUris", "An application has at most 50 identifier URIs")
  }
  for (const uri of uris) {
    if (
      !/^[a-z][a-z0-9+.-]*:[!-~]+$/i.test(uri) ||
      uri.length > maxIdentifierUriLength ||
      /["\\]/.test(uri)
    ) {
      throw invalidInput("application", "identifierUris", `"${uri}" is not a URI such as api://orders`)
    }
  }
  return [...new Set(uris)]
}

/** A token for a resource must never open another, so that no two share an identifier. */
async function assertFreeIdentifierUris(
  context: DomainContext,
  application: ApplicationRecord,
): Promise<void> {
  for (const uri of [application.appId, ...application.identifierUris]) {
    const holder = await findResource(context, application.tenantId, uri)
    if (holder === undefined) continue
    throw new DomainError("alreadyExists", "application", {
      target: uri === application.appId ? "appId" : "identifierUris",
      detail: `"${uri}" is taken by "${holder.displayName}"`,
    })
  }
}
