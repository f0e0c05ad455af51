/**
 * TLS: where the server's certificate comes from, and how machines come to trust it. Owns the local certificate
 * authority in the data directory, the check of certificates that an operator gives, and what to print for each
 * runtime's trust store. Does not own sockets (`http/`) or the making of certificates (`crypto/`).
 *
 * Governing documents: DESIGN 2 (TLS), contracts/keyvault.md 5.3 (trusting a local CA).
 */
import { join } from "node:path"
import { createEphemeralServerCertificate, loadOrCreateServerCertificate } from "./local-ca.ts"
import { loadOperatorCertificate } from "./operator-certificate.ts"
import type { ServerCertificate } from "./server-certificate.ts"

export { type ServerCertificate } from "./server-certificate.ts"

/** The options of the server that bear on its certificate. */
export interface ServerCertificateOptions {
  /** Data directory; the local authority lives in its folder `tls`. */
  readonly data: string
  /** Keeps the local authority in memory for this run. */
  readonly ephemeral: boolean
  /** The server's public host name or address. */
  readonly publicHost: string
  /** Vaults answer at `{vault}.{vaultSuffix}`. */
  readonly vaultSuffix: string
  /** PEM files an operator gives in place of the local authority; both or none. */
  readonly tlsCertificate?: string | undefined
  readonly tlsKey?: string | undefined
}

/**
 * Returns the certificate to serve with: the operator's when given, else one of the local authority that covers
 * localhost, the public host and all vaults.
 *
 * @param now epoch seconds
 * @throws TlsSetupError with the cure in its message
 */
export async function loadServerCertificate(
  options: ServerCertificateOptions,
  now: number,
): Promise<ServerCertificate> {
  const { tlsCertificate: certificatePath, tlsKey: keyPath, publicHost, vaultSuffix } = options
  if (certificatePath !== undefined && keyPath !== undefined) {
    return loadOperatorCertificate({ certificatePath, keyPath, now })
  }
  const names = { dnsNames: [`*.${vaultSuffix}`, publicHost], ipAddresses: [], now }
  return options.ephemeral
    ? createEphemeralServerCertificate(names)
    : loadOrCreateServerCertificate({ ...names, directory: join(options.data, "tls") })
}
