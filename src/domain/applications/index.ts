/**
 * Applications: their registration with its service principal, the credentials that prove them, and the resources
 * that tokens are for, both those every tenant has (Key Vault, Resource Manager, Graph) and those registered with
 * an identifier URI. It owns creating and finding them; it does not own checking a credential
 * (client-authentication/) or issuing a token (tokens/).
 *
 * Governing documents: contracts/entra.md 2.2, 2.8, 2.10 and 4.
 */
export { addClientCertificate, type NewClientCertificate } from "./client-certificates.ts"
export {
  addClientSecret,
  type AddedClientSecret,
  insertClientSecret,
  type NewClientSecret,
  toClientSecret,
} from "./client-secrets.ts"
export {
  findApplication,
  findHomeTenantId,
  findServicePrincipal,
  findServicePrincipalById,
  getServicePrincipal,
  listClientCertificates,
  listClientSecrets,
} from "./find-application.ts"
export {
  insertApplication,
  type NewApplication,
  registerApplication,
  type RegisteredApplication,
  toApplication,
} from "./register-application.ts"
export { findResource, isAudienceOf, type Resource, type WellKnownResource } from "./resources.ts"
