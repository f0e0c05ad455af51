import type { Caller } from "../access/index.ts"
import { toPemValue } from "../certificates/index.ts"
import type { DomainContext } from "../context.ts"
import { DomainError, invalidInput } from "../errors.ts"
import {
  assertAccessHolds,
  readVersion,
  requireSecretAccess,
  type StoredVersion,
  toVaultObject,
} from "../vault-objects/index.ts"
import { type SecretAddress, type SecretWithValue, toAddress } from "./secret.ts"

export interface GetSecretRequest extends SecretAddress {
  /** The form wanted of a certificate's secret: its own, or PEM where it is PFX. */
  outContentType?: string | undefined
}

/**
 * Reads the value of a secret. That it was read is on disk before it is answered.
 *
 * A secret outside of its dates is answered all the same; the dates inform.
 *
 * @throws DomainError `invalidInput`, `forbidden`, `notFound`
 * @throws DomainError `conflict`, reason `disabled`
 */
export async function getSecret(
  context: DomainContext,
  caller: Caller,
  request: GetSecretRequest,
): Promise<SecretWithValue> {
  const address = toAddress({ vault: request.vault, name: request.name, version: request.version })
  const access = await requireSecretAccess(context, caller, "getSecret/action", address)
  const assertReadable = (found: StoredVersion) => {
    assertAccessHolds(access, address, found)
    assertEnabled(found)
    assertConvertible(found, request.outContentType)
  }
  const opened = await readVersion(context, caller, address, { operation: "Get", assertReadable })
  const secret = { ...toVaultObject(opened), value: Buffer.from(opened.value).toString("utf8") }
  const { outContentType } = request
  if (outContentType === undefined || outContentType === secret.contentType) return secret
  return { ...secret, value: await toPemValue(secret.value), contentType: outContentType }
}

function assertEnabled({ object, version }: StoredVersion): void {
  if (version.enabled) return
  throw new DomainError("conflict", "secret", {
    reason: "disabled",
    target: object.name,
    detail: `The secret "${object.name}" is disabled. Enable it, or ask for another version`,
  })
}

/** Only PFX becomes PEM; anything else stays what it is. */
function assertConvertible({ object, version }: StoredVersion, wanted: string | undefined): void {
  if (wanted === undefined || wanted === version.contentType) return
  const isPfx = object.managed && version.contentType === "application/x-pkcs12"
  if (isPfx && wanted === "application/x-pem-file") return
  throw invalidInput(
    "secret",
    "outContentType",
    'The secret cannot be converted: outContentType "application/x-pem-file" applies to certificates kept as application/x-pkcs12',
  )
}
