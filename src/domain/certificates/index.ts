/**
 * Certificates: X.509 certificates with their private keys. It owns reading what is imported, the policy,
 * and making one certificate, key and secret of it with one version id; it does not own the life cycle
 * (vault-objects/) nor formats and primitives (crypto/).
 *
 * Governing documents: contracts/keyvault.md 1.5, 2.5, 3.3 and 3.5.
 */
export type {
  CertificateAddress,
  CertificateItem,
  CertificateVersion,
  DeletedCertificate,
  DeletedCertificateItem,
} from "./certificate.ts"
export {
  deleteCertificate,
  getDeletedCertificate,
  purgeDeletedCertificate,
  recoverDeletedCertificate,
} from "./delete-certificate.ts"
export { getCertificate, getCertificatePolicy } from "./get-certificate.ts"
export { importCertificate } from "./import-certificate.ts"
export { listCertificates, listCertificateVersions, listDeletedCertificates } from "./list-certificates.ts"
export {
  type CertificatePolicy,
  type CertificatePolicyInput,
  type LifetimeAction,
  type SubjectAltNames,
} from "./policy.ts"
export { type KeyMaterial, readKeyMaterial } from "./key-material.ts"
export { toPemValue } from "./secret-value.ts"
export { updateCertificate } from "./update-certificate.ts"
