import { isGuid } from "../../guid.ts"
import type { TenantRecord } from "../../storage/records.ts"
import { AlreadyExistsError, type Transaction } from "../../storage/store.ts"
import { type Caller, requireAction } from "../access/index.ts"
import { recordEvent } from "../audit/index.ts"
import type { DomainContext } from "../context.ts"
import { DomainError, invalidInput } from "../errors.ts"

export interface NewTenant {
  /** A GUID; random when not given. */
  id?: string | undefined
  /** A DNS name, such as `contoso.example`. */
  domain: string
  displayName?: string | undefined
}

const domainName =
  /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/

/** Words that stand for several tenants in a URL and so cannot name one; they have no dot anyway. */
const reservedIds = new Set(["f8cdef31-a31e-4b4a-93e4-5f571e91255a", "9188040d-6c67-4c5b-b112-36a304b66dad"])

/**
 * Makes a tenant. Only keybearer itself does, at first start or from a seed file.
 *
 * @throws DomainError `invalidInput` - id or domain malformed
 * @throws DomainError `alreadyExists` - id or domain taken
 */
export async function createTenant(
  context: DomainContext,
  caller: Caller,
  request: NewTenant,
): Promise<TenantRecord> {
  await requireAction(context, caller, "Microsoft.Directory/tenants/write", "/")
  const tenant = toTenant(context, request)
  try {
    await context.store.transaction((tx) => insertTenant(tx, context, caller, tenant))
  } catch (error) {
    if (!(error instanceof AlreadyExistsError)) throw error
    throw new DomainError("alreadyExists", "tenant", {
      detail: `Tenant "${tenant.id}" or its domain "${tenant.domain}" exists already`,
      cause: error,
    })
  }
  return tenant
}

/** Checks what was asked for and gives it an id. @throws DomainError `invalidInput` */
export function toTenant({ clock, ids }: DomainContext, request: NewTenant): TenantRecord {
  const id = (request.id ?? ids.guid()).toLowerCase()
  const domain = request.domain.toLowerCase()
  if (!isGuid(id) || reservedIds.has(id))
    throw invalidInput("tenant", "id", `"${id}" cannot be a tenant id: give a GUID`)
  if (!domainName.test(domain)) {
    throw invalidInput(
      "tenant",
      "domain",
      `"${request.domain}" cannot be a tenant's domain: give a name such as contoso.example`,
    )
  }
  return { id, domain, displayName: request.displayName ?? domain, createdAt: clock.now() }
}

/** Stores a tenant with its audit event, as part of a transaction. */
export async function insertTenant(
  tx: Transaction,
  context: DomainContext,
  caller: Caller,
  tenant: TenantRecord,
): Promise<void> {
  await tx.tenants.insert(tenant)
  await recordEvent(tx, context, {
    tenantId: tenant.id,
    actor: caller.principalId,
    action: "TenantCreate",
    target: tenant.id,
    correlationId: caller.correlationId,
    details: { domain: tenant.domain },
  })
}
