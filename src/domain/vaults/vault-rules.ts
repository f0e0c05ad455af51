import type { VaultRecord } from "../../storage/records.ts"
import { DomainError, invalidInput } from "../errors.ts"

const namePattern = /^(?=.{3,24}$)[a-zA-Z](?:-?[a-zA-Z0-9])*$/
const retentionDaysMin = 7
const retentionDaysMax = 90

/** What makes a vault safe to share a name and a life with others. */
export interface VaultSettings {
  sku: VaultRecord["sku"]
  softDeleteRetentionDays: number
  purgeProtection: boolean
}

/** What was asked for; what is undefined stays as it is. */
export interface WantedVaultSettings {
  sku?: string | undefined
  softDelete?: boolean | undefined
  softDeleteRetentionDays?: number | undefined
  purgeProtection?: boolean | undefined
  /** False asks for access policies, which are not offered. */
  roleAssignmentsOnly?: boolean | undefined
  /** True asks for a firewall, which is not offered. */
  networkRestricted?: boolean | undefined
}

/** 3 to 24 letters, digits and single hyphens, a letter first: it becomes a host name. */
export function assertVaultName(name: string): void {
  if (namePattern.test(name)) return
  throw new DomainError("invalidInput", "vault", {
    target: "name",
    reason: "name",
    detail: `The vault name '${name}' is invalid. A vault's name must be between 3-24 alphanumeric characters. The name must begin with a letter, end with a letter or digit, and not contain consecutive hyphens.`,
  })
}

/** Settings of a new vault. @throws DomainError `invalidInput` */
export function toNewSettings(wanted: WantedVaultSettings): VaultSettings {
  refuseUnsupported(wanted)
  return {
    sku: parseSku(wanted.sku ?? "standard"),
    softDeleteRetentionDays: parseRetentionDays(wanted.softDeleteRetentionDays ?? retentionDaysMax),
    purgeProtection: wanted.purgeProtection ?? false,
  }
}

/** Settings of a vault that is there already. @throws DomainError `invalidInput` - what can only be chosen once */
export function toChangedSettings(existing: VaultRecord, wanted: WantedVaultSettings): VaultSettings {
  refuseUnsupported(wanted)
  const { softDeleteRetentionDays, purgeProtection } = existing
  if ((wanted.softDeleteRetentionDays ?? softDeleteRetentionDays) !== softDeleteRetentionDays) {
    throw fixed("softDeleteRetentionInDays", "has been set already and it can't be modified.")
  }
  if (purgeProtection && wanted.purgeProtection === false) {
    throw fixed(
      "enablePurgeProtection",
      "cannot be set to false. Enabling the purge protection for a vault is an irreversible action.",
    )
  }
  return {
    sku: parseSku(wanted.sku ?? existing.sku),
    softDeleteRetentionDays,
    purgeProtection: wanted.purgeProtection ?? purgeProtection,
  }
}

function refuseUnsupported(wanted: WantedVaultSettings): void {
  if (wanted.softDelete === false)
    throw fixed("enableSoftDelete", "cannot be set to false: every vault has soft delete.")
  if (wanted.roleAssignmentsOnly === false) {
    throw fixed(
      "enableRbacAuthorization",
      "cannot be set to false: access policies are not supported here, access is by role assignments. Leave it out or set it to true.",
    )
  }
  if (wanted.networkRestricted === true) {
    throw fixed(
      "networkAcls",
      "cannot restrict a vault here: network rules are not supported and would not be enforced. Leave it at defaultAction Allow without rules, and publicNetworkAccess at Enabled.",
    )
  }
}

function fixed(property: string, sentence: string): DomainError {
  return invalidInput("vault", property, `The property "${property}" ${sentence}`)
}

function parseSku(sku: string): VaultRecord["sku"] {
  const lower = sku.toLowerCase()
  if (lower === "standard" || lower === "premium") return lower
  throw invalidInput("vault", "sku", `"${sku}" is no SKU of a vault: give standard or premium`)
}

function parseRetentionDays(days: number): number {
  if (Number.isInteger(days) && days >= retentionDaysMin && days <= retentionDaysMax) return days
  throw invalidInput(
    "vault",
    "softDeleteRetentionInDays",
    `The property "softDeleteRetentionInDays" must be a whole number from ${retentionDaysMin} to ${retentionDaysMax}.`,
  )
}
