/**
 * TLS: where the server's certificate comes from, and how machines come to trust it. Owns the local certificate
 * authority in the data directory, the check of certificates that an operator gives, and what to print for each
 * runtime's trust store. Does not own sockets (`http/`) or the making of certificates (`crypto/`).
 *
 * @see DESIGN.md section 2 (TLS), contracts/keyvault.md 5.3 (trusting a local CA)
 */
import { createEphemeralServerCertificate, loadOrCreateServerCertificate } from "./local-ca.ts"
import { loadOperatorCertificate } from "./operator-certificate.ts"
import type { ServerCertificate } from "./server-certificate.ts"

export { type ServerCertificate, TlsSetupError } from "./server-certificate.ts"

export interface ServerCertificateOptions {
  /** The server's public host name or address. */
  readonly publicHost: string
  /** Vaults answer at `{vault}.{vaultSuffix}`. */
  readonly vaultSuffix: string
  /** Where the local authority lives; undefined keeps it in memory for this run. */
  readonly directory?: string | undefined
  /** Files an operator gives in place of the local authority; both or none. */
  readonly operatorFiles?: { readonly certificatePath: string; readonly keyPath: string } | undefined
}

/**
 * Returns the certificate to serve with: the operator's when given, else one of the local authority that covers
 * localhost, the public host and all vaults.
 *
 * @param now epoch seconds
 * @throws TlsSetupError with the cure in its message
 */
export async function loadServerCertificate(options: ServerCertificateOptions, now: number): Promise<ServerCertificate> {
  const { operatorFiles, directory, publicHost, vaultSuffix } = options
  if (operatorFiles !== undefined) return loadOperatorCertificate({ ...operatorFiles, now })
  const names = { dnsNames: [`*.${vaultSuffix}`, publicHost], ipAddresses: [], now }
  return directory === undefined
    ? createEphemeralServerCertificate(names)
    : loadOrCreateServerCertificate({ ...names, directory })
}
