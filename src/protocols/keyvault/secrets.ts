import {
  backupSecret as backUp,
  type DeletedSecret,
  deleteSecret as remove,
  getDeletedSecret as getDeleted,
  getSecret as get,
  listDeletedSecrets as listDeleted,
  listSecrets as list,
  listSecretVersions as listVersions,
  purgeDeletedSecret as purge,
  recoverDeletedSecret as recover,
  requireRestoreAccess,
  restoreSecret as restore,
  type Secret,
  setSecret as set,
  updateSecret as update,
} from "../../domain/secrets/index.ts"
import type { Deleted, List, SecretBundle, SecretItem } from "../../wire/keyvault.ts"
import { jsonBody } from "../json-body.ts"
import { isAtLeast } from "./api-version.ts"
import { parseAttributes, toAttributes, toDeleted, toTags } from "./attributes.ts"
import { requiredText } from "./body.ts"
import { addressOf, queryParameter, type VaultCall } from "./call.ts"
import { badParameter } from "./errors.ts"
import { objectId } from "./ids.ts"
import { parsePage, toList } from "./paging.ts"

type DeletedSecretBundle = SecretBundle & Deleted
type DeletedSecretItem = SecretItem & Deleted

export async function setSecret(call: VaultCall): Promise<SecretBundle> {
  const { context, caller } = call
  const body = jsonBody(call.request)
  const { vault, name } = addressOf(call)
  const value = requiredText(body, "value")
  const secret = await set(context, caller, { vault, name, value, ...parseAttributes(body) })
  return { value: secret.value, ...toBundle(call, secret) }
}

export async function getSecret(call: VaultCall): Promise<SecretBundle> {
  const { context, caller } = call
  const outContentType = parseOutContentType(call)
  const secret = await get(context, caller, { ...addressOf(call), outContentType })
  return { value: secret.value, ...toBundle(call, secret) }
}

export async function updateSecret(call: VaultCall): Promise<SecretBundle> {
  const { context, caller } = call
  const changes = parseAttributes(jsonBody(call.request))
  return toBundle(call, await update(context, caller, { ...addressOf(call), ...changes }))
}

export async function deleteSecret(call: VaultCall): Promise<DeletedSecretBundle> {
  const { context, caller } = call
  return toDeletedBundle(call, await remove(context, caller, addressOf(call)))
}

export async function listSecrets(call: VaultCall): Promise<List<SecretItem>> {
  const { context, caller, vault } = call
  const page = await list(context, caller, { vault, ...parsePage(call, "/secrets") })
  return toList(call, "/secrets", page, (secret) => toItem(call, secret))
}

export async function listSecretVersions(call: VaultCall): Promise<List<SecretItem>> {
  const { context, caller } = call
  const { vault, name } = addressOf(call)
  const path = `/secrets/${name}/versions`
  const page = await listVersions(context, caller, { vault, name, ...parsePage(call, path) })
  return toList(call, path, page, (secret) => toItem(call, secret, secret.version))
}

export async function listDeletedSecrets(call: VaultCall): Promise<List<DeletedSecretItem>> {
  const { context, caller, vault } = call
  const page = await listDeleted(context, caller, { vault, ...parsePage(call, "/deletedsecrets") })
  return toList(call, "/deletedsecrets", page, (secret) => ({
    ...toItem(call, secret),
    ...toDeleted(call, "secrets", secret),
  }))
}

export async function getDeletedSecret(call: VaultCall): Promise<DeletedSecretBundle> {
  const { context, caller } = call
  return toDeletedBundle(call, await getDeleted(context, caller, addressOf(call)))
}

export async function purgeDeletedSecret(call: VaultCall): Promise<undefined> {
  await purge(call.context, call.caller, addressOf(call))
}

export async function recoverDeletedSecret(call: VaultCall): Promise<SecretBundle> {
  const { context, caller } = call
  return toBundle(call, await recover(context, caller, addressOf(call)))
}

export async function backupSecret(call: VaultCall): Promise<{ value: string }> {
  const blob = await backUp(call.context, call.caller, addressOf(call))
  return { value: Buffer.from(blob).toString("base64url") }
}

export async function restoreSecret(call: VaultCall): Promise<SecretBundle> {
  const { context, caller, vault } = call
  const value = requiredText(jsonBody(call.request), "value")
  return toBundle(call, await restore(context, caller, { vault, blob: parseBlob(value) }))
}

/** Before the body is read. */
export async function admitRestore({ context, caller, vault }: VaultCall): Promise<void> {
  await requireRestoreAccess(context, caller, { vault })
}

/** Older api-versions do not know the parameter, and pass it over like any other they do not know. */
function parseOutContentType({ request, apiVersion }: VaultCall): string | undefined {
  const given = queryParameter(request, "outContentType")
  if (given === undefined || !isAtLeast(apiVersion, "2025-06-01-preview")) return undefined
  if (typeof given === "string") return given
  throw badParameter("outContentType is given more than once")
}

/** Padding and the other alphabet are taken too. @throws KeyVaultError `BadParameter` */
function parseBlob(text: string): Uint8Array {
  if (/^[0-9A-Za-z_+/-]+={0,2}$/.test(text)) return Buffer.from(text, "base64url")
  throw badParameter("Property value must be a backup in base64url, as the backup operation answered it")
}

function toItem(call: VaultCall, secret: Secret, version?: string): SecretItem {
  return {
    id: objectId(call, "secrets", secret.name, version),
    ...(secret.contentType === null ? {} : { contentType: secret.contentType }),
    attributes: toAttributes(call, secret),
    ...toTags(secret),
    ...(secret.managed ? { managed: true } : {}),
  }
}

function toBundle(call: VaultCall, secret: Secret): SecretBundle {
  const bundle = toItem(call, secret, secret.version)
  if (!secret.managed) return bundle
  const { name, version, previousVersion } = secret
  const tellsPrevious = previousVersion !== null && isAtLeast(call.apiVersion, "2025-06-01-preview")
  return {
    ...bundle,
    kid: objectId(call, "keys", name, version),
    ...(tellsPrevious ? { previousVersion } : {}),
  }
}

function toDeletedBundle(call: VaultCall, secret: DeletedSecret): DeletedSecretBundle {
  return { ...toBundle(call, secret), ...toDeleted(call, "secrets", secret) }
}
