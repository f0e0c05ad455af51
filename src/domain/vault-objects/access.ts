import type { VaultRecord } from "../../storage/records.ts"
import { type Caller, isAllowed, requireDataAction } from "../access/index.ts"
import type { DomainContext } from "../context.ts"
import { DomainError } from "../errors.ts"
import { vaultResourceId } from "../vaults/index.ts"
import {
  type CollectionAddress,
  type ObjectAddress,
  objectScope,
  toObjectKey,
  type VersionAddress,
} from "./address.ts"
import { objectKinds } from "./object-kinds.ts"
import { objectNotFound, type StoredVersion } from "./stored-version.ts"

/**
 * Refuses callers of another tenant before any role is looked at.
 *
 * @throws DomainError `unauthenticated`, reason `issuer`
 */
export function assertTenantOfVault(caller: Caller, vault: VaultRecord): void {
  if (caller.tenantId === vault.tenantId) return
  throw new DomainError("unauthenticated", "token", {
    reason: "issuer",
    detail: `The token is of tenant ${caller.tenantId}, the vault of tenant ${vault.tenantId}. Get a token from the tenant of the vault`,
  })
}

/**
 * Asks for a data action on one object, such as `delete` or `getSecret/action`.
 *
 * @throws DomainError `invalidInput` - malformed name
 * @throws DomainError `forbidden`, `unauthenticated`
 */
export async function requireObjectAccess(
  context: DomainContext,
  caller: Caller,
  verb: string,
  address: ObjectAddress,
): Promise<void> {
  assertTenantOfVault(caller, address.vault)
  await requireDataAction(context, caller, dataAction(verb, address), objectScope(address))
}

/**
 * Asks for a data action on all objects of a kind: a role on a single object does not list the others.
 *
 * @throws DomainError `forbidden`, `unauthenticated`
 */
export async function requireCollectionAccess(
  context: DomainContext,
  caller: Caller,
  verb: string,
  address: CollectionAddress,
): Promise<void> {
  assertTenantOfVault(caller, address.vault)
  await requireDataAction(context, caller, dataAction(verb, address), vaultResourceId(address.vault))
}

/** Where the role is that lets the caller read a secret. */
export type SecretAccess = "ofSecret" | "ofCertificate"

/**
 * Asks for a data action on a secret. Where the secret belongs to a certificate, a role on that
 * certificate allows it too (docs/decisions/0009-a-role-on-a-certificate-opens-its-secret.md).
 *
 * @returns what to check again with `assertAccessHolds` once the secret is read
 * @throws DomainError `invalidInput`, `forbidden`, `unauthenticated`
 */
export async function requireSecretAccess(
  context: DomainContext,
  caller: Caller,
  verb: string,
  address: ObjectAddress,
): Promise<SecretAccess> {
  assertTenantOfVault(caller, address.vault)
  const action = dataAction(verb, address)
  if (await isAllowed(context, caller, { dataAction: action }, objectScope(address))) return "ofSecret"
  const certificateScope = objectScope({ ...address, kind: "certificate" })
  if (await isAllowed(context, caller, { dataAction: action }, certificateScope)) {
    const secret = await context.store.vaultObjects.find(toObjectKey(address))
    if (secret?.managed) return "ofCertificate"
  }
  await requireDataAction(context, caller, action, objectScope(address))
  return "ofSecret"
}

/**
 * A secret may have left its certificate since access was decided: then a role on the certificate shows
 * nothing of it.
 *
 * @throws DomainError `notFound`
 */
export function assertAccessHolds(
  access: SecretAccess,
  address: VersionAddress,
  { object }: StoredVersion,
): void {
  if (access === "ofCertificate" && !object.managed) throw objectNotFound(address)
}

function dataAction(verb: string, { kind }: CollectionAddress): string {
  return `Microsoft.KeyVault/vaults/${objectKinds[kind].collection}/${verb}`
}
