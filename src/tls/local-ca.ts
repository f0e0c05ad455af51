import { mkdir } from "node:fs/promises"
import { isIP } from "node:net"
import { join } from "node:path"
import { exportPrivateKey, generateEcKeyPair } from "../crypto/key-pairs.ts"
import { type KeyBundle, readPemBundle, writePemBundle } from "../crypto/pem-bundle.ts"
import { toPem } from "../crypto/pem.ts"
import { randomHex } from "../crypto/random.ts"
import { type Certificate, isIssuedBy } from "../crypto/x509.ts"
import {
  type CertificateAuthority,
  createCertificateAuthority,
  issueServerCertificate,
} from "../crypto/x509-issue.ts"
import { createPrivateFile, findText, replaceFile } from "./private-files.ts"
import { type ServerCertificate, TlsSetupError } from "./server-certificate.ts"

export interface LocalNames {
  /** Host names and `*.` patterns besides localhost; an IP address among them counts as address. */
  readonly dnsNames: readonly string[]
  /** Addresses besides 127.0.0.1 and ::1. */
  readonly ipAddresses: readonly string[]
  /** Epoch seconds. */
  readonly now: number
}

interface ServedNames {
  readonly dnsNames: readonly string[]
  readonly ipAddresses: readonly string[]
}

/** A key with its certificate, both as one PEM file so that they can never be torn apart. */
type KeyAndCertificate = Pick<KeyBundle, "privateKey" | "privateKeyPkcs8" | "certificates">

const daySeconds = 86_400
const authorityDays = 3650
/** The most that browsers and Apple's clients accept of a server certificate. */
const leafDays = 397
const renewalDays = 30
const backdatingSeconds = 3600
const alwaysServed: ServedNames = {
  dnsNames: ["localhost", "*.vault.localhost"],
  ipAddresses: ["127.0.0.1", "::1"],
}

/**
 * Returns the server certificate of the local authority in a directory, making what is missing.
 *
 * The first call creates a P-256 authority for ten years; several processes may do so at once and end with the same
 * one. It is never made again: when it expired or does not permit a name, this throws, since every machine that trusts
 * it must then be told. The server's own certificate lasts 397 days, and is issued again when names change or fewer
 * than 30 days remain.
 *
 * Files: `ca.pem` (to hand out), `ca.key.pem` and `server.key.pem` (mode 0600, key and certificate each).
 *
 * @throws TlsSetupError a file is damaged, or the authority expired or does not permit a name; with the cure
 */
export async function loadOrCreateServerCertificate(
  options: LocalNames & { readonly directory: string },
): Promise<ServerCertificate> {
  const { directory, now } = options
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const names = toServedNames(options)
  const authority = await loadOrCreateAuthority(directory, names, now)
  const caPath = join(directory, "ca.pem")
  const caCertificate = toPem("CERTIFICATE", authority.certificate.der)
  if ((await findText(caPath)) !== caCertificate) await replaceFile(caPath, caCertificate, 0o644)
  const serverPath = join(directory, "server.key.pem")
  const leaf =
    (await findUsableLeaf(serverPath, authority, names, now)) ?? (await issueLeaf(authority, names, now))
  if (leaf.isNew) await replaceFile(serverPath, writePemBundle(leaf.bundle), 0o600)
  return toServerCertificate(leaf.bundle, caCertificate, caPath)
}

/** Makes an authority and a server certificate in memory, gone at exit: for tests and ephemeral servers. */
export async function createEphemeralServerCertificate(options: LocalNames): Promise<ServerCertificate> {
  const names = toServedNames(options)
  const authority = await createAuthority(names, options.now)
  const { bundle } = await issueLeaf(authority, names, options.now)
  return toServerCertificate(bundle, toPem("CERTIFICATE", authority.certificate.der), undefined)
}

async function loadOrCreateAuthority(
  directory: string,
  names: ServedNames,
  now: number,
): Promise<CertificateAuthority> {
  const path = join(directory, "ca.key.pem")
  let text = await findText(path)
  if (text === undefined) {
    const { privateKey, certificate } = await createAuthority(names, now)
    await createPrivateFile(
      path,
      writePemBundle({ privateKeyPkcs8: exportPrivateKey(privateKey), certificates: [certificate] }),
    )
    // Another process may have been first; what counts is the file.
    text = (await findText(path)) ?? ""
  }
  const authority = readAuthority(path, text)
  assertAuthorityServes(authority, names, path, now)
  return authority
}

async function createAuthority(names: ServedNames, now: number): Promise<CertificateAuthority> {
  const { privateKey } = await generateEcKeyPair("P-256")
  const { dnsNames, ipAddresses } = toPermittedNames(names)
  return createCertificateAuthority({
    // The suffix tells the authorities of several machines apart in a trust store.
    subject: `CN=keybearer local CA ${randomHex(3)}`,
    privateKey,
    permittedDnsNames: dnsNames,
    permittedIpAddresses: ipAddresses,
    notBefore: now - backdatingSeconds,
    notAfter: now + authorityDays * daySeconds,
  })
}

function readAuthority(path: string, text: string): CertificateAuthority {
  const { privateKey, certificates } = readKeyFile(path, text)
  const certificate = certificates[0]!
  if (!certificate.isCertificateAuthority)
    throw new TlsSetupError(`"${path}" is not a certificate authority. ${cure(path)}`)
  return { privateKey, certificate }
}

function assertAuthorityServes(
  authority: CertificateAuthority,
  names: ServedNames,
  path: string,
  now: number,
): void {
  const { notAfter, permittedNames } = authority.certificate
  if (now >= notAfter - daySeconds)
    throw new TlsSetupError(`The local CA in "${path}" expired. ${cure(path)}`)
  if (permittedNames === undefined) return
  const missing = [
    ...names.dnsNames.filter((name) => !permittedNames.dnsNames.some((parent) => isWithin(name, parent))),
    ...names.ipAddresses.filter((address) => !permittedNames.ipAddresses.includes(address)),
  ]
  if (missing.length > 0) {
    throw new TlsSetupError(
      `The local CA in "${path}" may not issue for ${missing.join(", ")}. ${cure(path)}`,
    )
  }
}

function cure(path: string): string {
  return `Remove "${path}", start again and repeat "keybearer trust" on every machine, or give your own certificate`
}

async function findUsableLeaf(
  path: string,
  authority: CertificateAuthority,
  names: ServedNames,
  now: number,
): Promise<{ bundle: KeyAndCertificate; isNew: false } | undefined> {
  const text = await findText(path)
  if (text === undefined) return undefined
  const bundle = readKeyFile(path, text)
  return isUsable(bundle.certificates[0]!, authority, names, now) ? { bundle, isNew: false } : undefined
}

function isUsable(
  leaf: Certificate,
  authority: CertificateAuthority,
  names: ServedNames,
  now: number,
): boolean {
  const { dnsNames, ipAddresses } = leaf.subjectAltNames
  return (
    leaf.notBefore <= now &&
    leaf.notAfter - now >= Math.min(renewalDays * daySeconds, authority.certificate.notAfter - now) &&
    sameTexts(dnsNames, names.dnsNames) &&
    sameTexts(ipAddresses, names.ipAddresses) &&
    isIssuedBy(leaf, authority.certificate)
  )
}

async function issueLeaf(
  authority: CertificateAuthority,
  names: ServedNames,
  now: number,
): Promise<{ bundle: KeyAndCertificate; isNew: true }> {
  const { privateKey, publicKey } = await generateEcKeyPair("P-256")
  const certificate = issueServerCertificate(authority, {
    publicKey,
    ...names,
    notBefore: now - backdatingSeconds,
    notAfter: Math.min(now - backdatingSeconds + leafDays * daySeconds, authority.certificate.notAfter),
  })
  const privateKeyPkcs8 = exportPrivateKey(privateKey)
  return { bundle: { privateKey, privateKeyPkcs8, certificates: [certificate] }, isNew: true }
}

function readKeyFile(path: string, text: string): KeyBundle {
  try {
    return readPemBundle(text)
  } catch (error) {
    throw new TlsSetupError(`"${path}" is damaged: ${(error as Error).message}. ${cure(path)}`, {
      cause: error,
    })
  }
}

function toServerCertificate(
  bundle: KeyAndCertificate,
  caCertificate: string,
  caPath: string | undefined,
): ServerCertificate {
  return {
    key: toPem("PRIVATE KEY", bundle.privateKeyPkcs8),
    certificateChain: writePemBundle({ certificates: bundle.certificates }),
    notAfter: bundle.certificates[0]!.notAfter,
    caCertificate,
    caPath,
  }
}

function toServedNames(options: LocalNames): ServedNames {
  const dnsNames = [...alwaysServed.dnsNames, ...options.dnsNames.filter((name) => isIP(name) === 0)]
  const ipAddresses = [
    ...alwaysServed.ipAddresses,
    ...options.ipAddresses,
    ...options.dnsNames.filter((name) => isIP(name) > 0),
  ]
  return {
    dnsNames: [...new Set(dnsNames.map((name) => name.toLowerCase()))],
    ipAddresses: [...new Set(ipAddresses.map(toCanonicalAddress))],
  }
}

/** Everything below localhost, so that another vault suffix there needs no new authority. */
function toPermittedNames({ dnsNames, ipAddresses }: ServedNames): ServedNames {
  const parents = dnsNames
    .map((name) => name.replace(/^\*\./, ""))
    .filter((name) => !isWithin(name, "localhost"))
  return { dnsNames: [...new Set(["localhost", ...parents])], ipAddresses }
}

function isWithin(name: string, parent: string): boolean {
  const bare = name.replace(/^\*\./, "")
  return bare === parent || bare.endsWith(`.${parent}`)
}

function toCanonicalAddress(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address
}

function sameTexts(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((text) => right.includes(text))
}
