import { type KeyBundle, readPemBundle, writePemBundle } from "../crypto/pem-bundle.ts"
import { toPem } from "../crypto/pem.ts"
import { findText } from "./private-files.ts"
import { type ServerCertificate, TlsSetupError } from "./server-certificate.ts"

/**
 * Loads a certificate chain and private key that an operator gives as PEM files (which may be one file twice), and
 * checks that they belong together and hold now.
 *
 * @param options.now epoch seconds
 * @throws TlsSetupError a file is missing or no PEM, the key is encrypted or another's, the certificate is not yet
 *   valid, expired, or names no host
 */
export async function loadOperatorCertificate(options: {
  readonly certificatePath: string
  readonly keyPath: string
  readonly now: number
}): Promise<ServerCertificate> {
  const { certificatePath, keyPath, now } = options
  const certificateText = await readRequired(certificatePath, "certificate")
  const keyText = keyPath === certificatePath ? "" : await readRequired(keyPath, "private key")
  const { privateKeyPkcs8, certificates } = readPair(
    `${certificateText}\n${keyText}`,
    certificatePath,
    keyPath,
  )
  const leaf = certificates[0]!
  const { dnsNames, ipAddresses } = leaf.subjectAltNames
  if (now > leaf.notAfter)
    throw new TlsSetupError(`Certificate "${certificatePath}" expired ${toDate(leaf.notAfter)}. Renew it`)
  if (now < leaf.notBefore) {
    throw new TlsSetupError(
      `Certificate "${certificatePath}" holds only from ${toDate(leaf.notBefore)}. Check the clock`,
    )
  }
  if (dnsNames.length + ipAddresses.length === 0) {
    throw new TlsSetupError(
      `Certificate "${certificatePath}" names no host. Issue it with subject alternative names`,
    )
  }
  return {
    key: toPem("PRIVATE KEY", privateKeyPkcs8),
    certificateChain: writePemBundle({ certificates }),
    notAfter: leaf.notAfter,
    caCertificate: undefined,
    caPath: undefined,
  }
}

async function readRequired(path: string, what: string): Promise<string> {
  try {
    const text = await findText(path)
    if (text !== undefined) return text
  } catch (error) {
    throw new TlsSetupError(`Cannot read the ${what} "${path}". Check its permissions`, { cause: error })
  }
  throw new TlsSetupError(`There is no ${what} at "${path}". Check the path`)
}

function readPair(text: string, certificatePath: string, keyPath: string): KeyBundle {
  try {
    return readPemBundle(text)
  } catch (error) {
    const what = `Certificate "${certificatePath}" and private key "${keyPath}" cannot be used together`
    throw new TlsSetupError(`${what}: ${(error as Error).message}`, { cause: error })
  }
}

function toDate(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().slice(0, 10)
}
