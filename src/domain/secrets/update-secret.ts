import type { Caller } from "../access/index.ts"
import type { DomainContext } from "../context.ts"
import {
  assertAttributes,
  type AttributesInput,
  requireObjectAccess,
  toVaultObject,
  updateVersion,
} from "../vault-objects/index.ts"
import { type Secret, type SecretAddress, toAddress } from "./secret.ts"

/**
 * Changes attributes, content type or tags of a version; what is not given stays. The value never changes.
 *
 * @throws DomainError `invalidInput`, `forbidden`, `notFound`, `conflict` (`managed`)
 */
export async function updateSecret(
  context: DomainContext,
  caller: Caller,
  request: SecretAddress & AttributesInput,
): Promise<Secret> {
  const { vault, name, version, ...changes } = request
  const address = toAddress({ vault, name, version })
  await requireObjectAccess(context, caller, "update/action", address)
  assertAttributes("secret", changes)
  return toVaultObject(await updateVersion(context, caller, address, changes))
}
