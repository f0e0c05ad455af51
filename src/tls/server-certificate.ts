/** What the HTTPS listener serves with, as PEM text. */
export interface ServerCertificate {
  /** Private key, PKCS#8. Secret. */
  readonly key: string
  /** The server's certificate, then intermediates. */
  readonly certificateChain: string
  /** Epoch seconds after which clients refuse it. */
  readonly notAfter: number
  /** The local authority to trust; undefined when an operator gave the certificate. */
  readonly caCertificate: string | undefined
  /** File with `caCertificate`; undefined when there is none, or it lives in memory only. */
  readonly caPath: string | undefined
}

/** TLS cannot be set up. The message says what is wrong and the cure. */
export class TlsSetupError extends Error {
  override readonly name = "TlsSetupError"
}
