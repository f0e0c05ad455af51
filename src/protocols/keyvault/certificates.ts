import {
  type CertificateItem as Item,
  type CertificateVersion,
  type DeletedCertificate,
  deleteCertificate as remove,
  getCertificate as get,
  getCertificatePolicy as getPolicy,
  getDeletedCertificate as getDeleted,
  importCertificate as importIt,
  listCertificates as list,
  listCertificateVersions as listVersions,
  listDeletedCertificates as listDeleted,
  purgeDeletedCertificate as purge,
  recoverDeletedCertificate as recover,
  updateCertificate as update,
} from "../../domain/certificates/index.ts"
import type {
  CertificateBundle,
  CertificateItem,
  CertificatePolicy,
  Deleted,
  List,
} from "../../wire/keyvault.ts"
import { jsonBody } from "../json-body.ts"
import { isAtLeast } from "./api-version.ts"
import { parseTags, toAttributes, toDeleted, toOwnAttributes, toTags } from "./attributes.ts"
import { type Body, optionalBoolean, optionalObject, optionalText, requiredText } from "./body.ts"
import { addressOf, type VaultCall } from "./call.ts"
import { parsePolicy, toPolicy } from "./certificate-policy.ts"
import { badParameter } from "./errors.ts"
import { objectId } from "./ids.ts"
import { parsePage, toList } from "./paging.ts"

type DeletedCertificateBundle = CertificateBundle & Deleted
type DeletedCertificateItem = CertificateItem & Deleted

/** Words that stand for something else in the place of a certificate's name. */
const reservedNames = ["contacts", "issuers", "restore"]

export async function importCertificate(call: VaultCall): Promise<CertificateBundle> {
  const { context, caller } = call
  const { vault, name } = addressOf(call)
  assertNotReserved(name)
  const body = jsonBody(call.request)
  const certificate = await importIt(context, caller, {
    vault,
    name,
    value: requiredText(body, "value"),
    password: optionalText(body, "pwd"),
    preserveCertificateOrder: optionalBoolean(body, "preserveCertOrder"),
    ...parseChanges(body),
  })
  return toBundle(call, certificate)
}

export async function getCertificate(call: VaultCall): Promise<CertificateBundle> {
  return toBundle(call, await get(call.context, call.caller, addressOf(call)))
}

export async function getCertificatePolicy(call: VaultCall): Promise<CertificatePolicy> {
  const address = addressOf(call)
  return toPolicy(call, address.name, await getPolicy(call.context, call.caller, address))
}

export async function updateCertificate(call: VaultCall): Promise<CertificateBundle> {
  const { context, caller } = call
  const changes = parseChanges(jsonBody(call.request))
  return toBundle(call, await update(context, caller, { ...addressOf(call), ...changes }))
}

export async function deleteCertificate(call: VaultCall): Promise<DeletedCertificateBundle> {
  return toDeletedBundle(call, await remove(call.context, call.caller, addressOf(call)))
}

export async function listCertificates(call: VaultCall): Promise<List<CertificateItem>> {
  const { context, caller, vault } = call
  const page = await list(context, caller, { vault, ...parsePage(call, "/certificates") })
  return toList(call, "/certificates", page, (certificate) => toItem(call, certificate))
}

export async function listCertificateVersions(call: VaultCall): Promise<List<CertificateItem>> {
  const { context, caller } = call
  const { vault, name } = addressOf(call)
  const path = `/certificates/${name}/versions`
  const page = await listVersions(context, caller, { vault, name, ...parsePage(call, path) })
  return toList(call, path, page, (certificate) => toItem(call, certificate, certificate.version))
}

export async function listDeletedCertificates(call: VaultCall): Promise<List<DeletedCertificateItem>> {
  const { context, caller, vault } = call
  const path = "/deletedcertificates"
  const page = await listDeleted(context, caller, { vault, ...parsePage(call, path) })
  return toList(call, path, page, (certificate) => ({
    ...toItem(call, certificate),
    ...toDeleted(call, "certificates", certificate),
  }))
}

export async function getDeletedCertificate(call: VaultCall): Promise<DeletedCertificateBundle> {
  return toDeletedBundle(call, await getDeleted(call.context, call.caller, addressOf(call)))
}

export async function purgeDeletedCertificate(call: VaultCall): Promise<undefined> {
  await purge(call.context, call.caller, addressOf(call))
}

export async function recoverDeletedCertificate(call: VaultCall): Promise<CertificateBundle> {
  return toBundle(call, await recover(call.context, call.caller, addressOf(call)))
}

/** Dates among the attributes are those of the X.509 certificate and passed over. */
function parseChanges(body: Body) {
  const attributes = optionalObject(body, "attributes") ?? {}
  const policy = optionalObject(body, "policy")
  return {
    enabled: optionalBoolean(attributes, "enabled"),
    tags: parseTags(body),
    policy: policy && parsePolicy(policy),
  }
}

function assertNotReserved(name: string): void {
  if (!reservedNames.includes(name.toLowerCase())) return
  throw badParameter(`A certificate cannot be called "${name}": the word is reserved. Choose another name`)
}

/** Up to 7.4 lists did not tell how the vault keeps deleted certificates. */
function toItem(call: VaultCall, certificate: Item, version?: string): CertificateItem {
  const tellsRecovery = isAtLeast(call.apiVersion, "7.5-preview.1")
  return {
    id: objectId(call, "certificates", certificate.name, version),
    x5t: certificate.thumbprintSha1Base64url,
    attributes: tellsRecovery ? toAttributes(call, certificate) : toOwnAttributes(certificate),
    ...toTags(certificate),
    // The service leaves it empty; clients take the subject out of `cer`.
    subject: "",
  }
}

function toBundle(call: VaultCall, certificate: CertificateVersion): CertificateBundle {
  const { name, version } = certificate
  return {
    id: objectId(call, "certificates", name, version),
    kid: objectId(call, "keys", name, version),
    sid: objectId(call, "secrets", name, version),
    x5t: certificate.thumbprintSha1Base64url,
    cer: Buffer.from(certificate.der).toString("base64"),
    attributes: toAttributes(call, certificate),
    ...toTags(certificate),
    policy: toPolicy(call, name, certificate.policy),
  }
}

function toDeletedBundle(call: VaultCall, certificate: DeletedCertificate): DeletedCertificateBundle {
  return { ...toBundle(call, certificate), ...toDeleted(call, "certificates", certificate) }
}
