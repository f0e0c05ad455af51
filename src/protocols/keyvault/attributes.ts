import type { AttributesInput, Deletion, VaultObject } from "../../domain/vault-objects/index.ts"
import type { Vault } from "../../domain/vaults/index.ts"
import type { Attributes, Deleted, Tags } from "../../wire/keyvault.ts"
import { isAtLeast } from "./api-version.ts"
import { type Body, optionalBoolean, optionalInteger, optionalObject, optionalText } from "./body.ts"
import type { VaultCall } from "./call.ts"
import { badParameter } from "./errors.ts"
import { type Collection, recoveryId } from "./ids.ts"

/** Attributes and tags as clients send them. @throws KeyVaultError `BadParameter` */
export function parseAttributes(body: Body): AttributesInput {
  const attributes = optionalObject(body, "attributes") ?? {}
  return {
    enabled: optionalBoolean(attributes, "enabled"),
    notBefore: optionalInteger(attributes, "nbf"),
    expiresAt: optionalInteger(attributes, "exp"),
    contentType: optionalText(body, "contentType"),
    tags: parseTags(body),
  }
}

/** @throws KeyVaultError `BadParameter` - a value that is no string */
export function parseTags(body: Body): Tags | undefined {
  const tags = optionalObject(body, "tags")
  if (tags === undefined) return undefined
  for (const value of Object.values(tags)) {
    if (typeof value !== "string") throw badParameter("Property tags must hold strings only")
  }
  return tags as Tags
}

/** Absent members are left out, never null. */
export function toAttributes({ vault, apiVersion }: VaultCall, object: VaultObject): Attributes {
  return {
    ...toOwnAttributes(object),
    recoveryLevel: recoveryLevel(vault),
    ...(isAtLeast(apiVersion, "7.1") ? { recoverableDays: vault.softDeleteRetentionDays } : {}),
  }
}

/** The attributes without those that tell how the vault keeps deleted objects. */
export function toOwnAttributes(object: VaultObject): Attributes {
  const { enabled, notBefore, expiresAt, createdAt, updatedAt } = object
  return {
    enabled,
    ...(notBefore === null ? {} : { nbf: notBefore }),
    ...(expiresAt === null ? {} : { exp: expiresAt }),
    created: createdAt,
    updated: updatedAt,
  }
}

/** Tags, left out when there are none. */
export function toTags({ tags }: VaultObject): { tags?: Tags } {
  return Object.keys(tags).length === 0 ? {} : { tags }
}

export function toDeleted(
  call: VaultCall,
  collection: Collection,
  { name, deletedAt, purgeAt }: VaultObject & Deletion,
): Deleted {
  return {
    recoveryId: recoveryId(call, collection, name),
    deletedDate: deletedAt,
    scheduledPurgeDate: purgeAt,
  }
}

const defaultRetentionDays = 90

/** @see contracts/keyvault.md 2.2 (recoveryLevel) */
function recoveryLevel({ softDeleteRetentionDays, purgeProtection }: Vault): string {
  const level = softDeleteRetentionDays === defaultRetentionDays ? "Recoverable" : "CustomizedRecoverable"
  return purgeProtection ? level : `${level}+Purgeable`
}
