import type {
  ApplicationRecord,
  ClientCertificateRecord,
  ClientSecretRecord,
  ServicePrincipalRecord,
} from "../../storage/records.ts"
import type { DomainContext } from "../context.ts"
import { notFound } from "../errors.ts"
import { revisionCache } from "../revision-cache/index.ts"

const applications = revisionCache<ApplicationRecord>(["applications"])
const servicePrincipals = revisionCache<ServicePrincipalRecord>(["servicePrincipals"])
const clientSecrets = revisionCache<ClientSecretRecord[]>(["clientSecrets"])
const clientCertificates = revisionCache<ClientCertificateRecord[]>(["clientCertificates"])

/** The application of that client id, registered in the tenant. */
export async function findApplication(
  context: DomainContext,
  tenantId: string,
  appId: string,
): Promise<ApplicationRecord | undefined> {
  const found = await findAnywhere(context, appId)
  return found?.tenantId === tenantId ? found : undefined
}

/** The tenant in which an application is registered: for the door whose path tells none. */
export async function findHomeTenantId(context: DomainContext, appId: string): Promise<string | undefined> {
  return (await findAnywhere(context, appId))?.tenantId
}

async function findAnywhere({ store }: DomainContext, appId: string): Promise<ApplicationRecord | undefined> {
  const key = appId.toLowerCase()
  const cache = applications(store)
  const known = cache.get(key)
  if (known !== undefined) return known
  const [found] = await store.applications.list({ where: { appId: key }, limit: 1 })
  if (found !== undefined) cache.set(key, found)
  return found
}

/** What an application or managed identity is in the tenant, by its client id. */
export async function findServicePrincipal(
  { store }: DomainContext,
  tenantId: string,
  appId: string,
): Promise<ServicePrincipalRecord | undefined> {
  const cache = servicePrincipals(store)
  const key = `${tenantId}/${appId.toLowerCase()}`
  let found = cache.get(key)
  if (found === undefined) {
    ;[found] = await store.servicePrincipals.list({
      where: { tenantId, appId: appId.toLowerCase() },
      limit: 1,
    })
    if (found !== undefined) cache.set(key, found)
  }
  return found
}

/** The same by its object id. */
export async function findServicePrincipalById(
  { store }: DomainContext,
  tenantId: string,
  id: string,
): Promise<ServicePrincipalRecord | undefined> {
  const cache = servicePrincipals(store)
  let found = cache.get(id)
  if (found === undefined) {
    found = await store.servicePrincipals.find({ id })
    if (found !== undefined) cache.set(id, found)
  }
  return found?.tenantId === tenantId ? found : undefined
}

/** @throws DomainError `notFound` */
export async function getServicePrincipal(
  context: DomainContext,
  tenantId: string,
  appId: string,
): Promise<ServicePrincipalRecord> {
  const found = await findServicePrincipal(context, tenantId, appId)
  if (found === undefined) throw notFound("servicePrincipal", `Application "${appId}" is not in the tenant`)
  return found
}

/** All secrets of an application, the expired ones too. */
export async function listClientSecrets(
  { store }: DomainContext,
  appId: string,
): Promise<ClientSecretRecord[]> {
  const cache = clientSecrets(store)
  const known = cache.get(appId)
  if (known !== undefined) return known
  const listed = await store.clientSecrets.list({ where: { appId } })
  cache.set(appId, listed)
  return listed
}

/** All certificates of an application, the expired ones too. */
export async function listClientCertificates(
  { store }: DomainContext,
  appId: string,
): Promise<ClientCertificateRecord[]> {
  const cache = clientCertificates(store)
  const known = cache.get(appId)
  if (known !== undefined) return known
  const listed = await store.clientCertificates.list({ where: { appId } })
  cache.set(appId, listed)
  return listed
}
