import type { Caller } from "../access/index.ts"
import type { DomainContext } from "../context.ts"
import { invalidInput } from "../errors.ts"
import {
  assertAttributes,
  assertWellFormed,
  type AttributesInput,
  createVersion,
  requireObjectAccess,
  toVaultObject,
} from "../vault-objects/index.ts"
import { type SecretAddress, type SecretWithValue, toAddress } from "./secret.ts"

export interface NewSecret extends Omit<SecretAddress, "version">, AttributesInput {
  value: string
}

const valueBytesMax = 25_600

/**
 * Sets a secret: its first version, or one more.
 *
 * @throws DomainError `forbidden`
 * @throws DomainError `invalidInput` - name, a value over 25,600 bytes in UTF-8, attributes
 * @throws DomainError `softDeleted`, `conflict` (`managed`)
 */
export async function setSecret(
  context: DomainContext,
  caller: Caller,
  request: NewSecret,
): Promise<SecretWithValue> {
  const address = toAddress({ vault: request.vault, name: request.name })
  await requireObjectAccess(context, caller, "setSecret/action", address)
  assertAttributes("secret", request)
  const value = toBytes(request.value)
  const draft = {
    enabled: request.enabled ?? true,
    notBefore: request.notBefore ?? null,
    expiresAt: request.expiresAt ?? null,
    contentType: request.contentType ?? null,
    tags: request.tags ?? {},
    details: {},
    value,
  }
  const stored = await createVersion(context, caller, {
    ...address,
    drafts: { secret: draft },
    operation: "Set",
  })
  return { ...toVaultObject(stored), value: request.value }
}

function toBytes(value: string): Uint8Array {
  assertWellFormed("secret", "value", value)
  const bytes = Buffer.from(value, "utf8")
  if (bytes.length <= valueBytesMax) return bytes
  throw invalidInput(
    "secret",
    "value",
    `The value has ${bytes.length} bytes in UTF-8; a secret has at most ${valueBytesMax}`,
  )
}
