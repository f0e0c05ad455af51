import {
  computeMac,
  decryptByPassword,
  type DigestName,
  encodePassword,
  encryptByPassword,
  type PfxPassword,
  readRounds,
  WorkBudget,
} from "./pfx-ciphers.ts"
import {
  type DerElement,
  DerError,
  elementAt,
  encode,
  encodeInteger,
  encodeOid,
  encodeSequence,
  encodeSet,
  readChildren,
  readElement,
  readOctets,
  readOid,
  readSmallInteger,
  tags,
} from "./der.ts"
import { assembleKeyBundle, type KeyBundle, PfxError } from "./key-bundle.ts"
import { digestsEqual } from "./mac.ts"
import { randomBytes } from "./random.ts"
import { type Certificate, parseCertificate } from "./x509.ts"

export { type KeyBundle, PfxError, type PfxErrorReason } from "./key-bundle.ts"

const maxBytes = 256 * 1024
const maxPasswordCharacters = 1024

const contentTypes = { data: "1.2.840.113549.1.7.1", encryptedData: "1.2.840.113549.1.7.6" } as const
const bagTypes = {
  key: "1.2.840.113549.1.12.10.1.1",
  shroudedKey: "1.2.840.113549.1.12.10.1.2",
  certificate: "1.2.840.113549.1.12.10.1.3",
} as const
const x509CertificateType = "1.2.840.113549.1.9.22.1"
const localKeyIdType = "1.2.840.113549.1.9.21"
const sha256Oid = "2.16.840.1.101.3.4.2.1"

const macDigests: Readonly<Record<string, DigestName>> = {
  "1.3.14.3.2.26": "sha1",
  [sha256Oid]: "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384",
  "2.16.840.1.101.3.4.2.3": "sha512",
}

/** What reading carries along: the password's encodings, the right one first as soon as the MAC told it. */
interface Unlocking {
  readonly passwords: readonly PfxPassword[]
  /** Whether a MAC proved the password, so that what fails later is the file's fault. */
  readonly proven: boolean
  readonly budget: WorkBudget
}

interface Contents {
  readonly keys: Uint8Array[]
  readonly certificates: Uint8Array[]
}

/**
 * Reads a PFX (PKCS#12) file with one private key and its certificates.
 *
 * Takes PBES2 (AES, 3DES), the older 3DES and RC2 schemes, and no encryption; MACs with SHA-1 and SHA-2, or none. The
 * empty password is tried as empty text and as no password. A file costs at most 256 KiB of parsing and 1,500,000
 * rounds of key derivation; the event loop is not held.
 *
 * @param bytes untrusted
 * @throws PfxError `wrongPassword` - by its MAC, or without MAC because decryption gave nonsense
 * @throws PfxError `malformed` - cut short or damaged: tells so even when the password is wrong
 * @throws PfxError `unsupported` - RC4, too many rounds, public-key modes, PBMAC1, other keys than RSA and EC
 * @throws PfxError `noPrivateKey`, `noCertificate` - lacks a key, or a certificate of that key
 * @see RFC 7292 section 4, https://www.rfc-editor.org/rfc/rfc7292.html#section-4
 */
export async function readPfx(bytes: Uint8Array, password: string): Promise<KeyBundle> {
  const contents = await readContents(bytes, password)
  return assembleKeyBundle(contents.keys, contents.certificates)
}

/**
 * Reads the certificates of a PFX file that may hold no key, in the order of the file.
 *
 * @param bytes untrusted
 * @throws PfxError `wrongPassword`, `malformed`, `unsupported`, as `readPfx`
 * @throws CertificateError a certificate that cannot be read
 */
export async function readPfxCertificates(bytes: Uint8Array, password: string): Promise<Certificate[]> {
  return (await readContents(bytes, password)).certificates.map((der) => parseCertificate(der))
}

/**
 * Writes a PFX file: PBES2 with AES-256-CBC and a SHA-256 MAC, encrypted under the empty password as well, since Java
 * shows no entries of a file that is not. With the empty password the rounds protect nothing, so there are few.
 *
 * @param options.privateKeyPkcs8 absent for certificates without their key
 * @param options.certificates that of the key first
 * @see contracts/keyvault.md 3.5 (the secret behind a certificate)
 */
export async function writePfx(options: {
  readonly privateKeyPkcs8?: Uint8Array | undefined
  readonly certificates: readonly Pick<Certificate, "der" | "thumbprintSha1">[]
  readonly password: string
}): Promise<Uint8Array> {
  const { privateKeyPkcs8, certificates } = options
  const rounds = options.password === "" ? 2_048 : 100_000
  const password = encodePassword(options.password)[0]!
  const keyId = certificates[0]?.thumbprintSha1 ?? new Uint8Array(20)
  const certificateBags = certificates.map(({ der }, index) =>
    encodeCertificateBag(der, index === 0 && privateKeyPkcs8 !== undefined ? keyId : undefined),
  )
  const parts = [await encodeEncryptedData(encodeSequence(...certificateBags), password, rounds)]
  if (privateKeyPkcs8 !== undefined) {
    const bag = await encodeKeyBag(privateKeyPkcs8, keyId, password, rounds)
    parts.push(encodeData(encodeSequence(bag)))
  }
  const authenticated = encodeSequence(...parts)
  return encodeSequence(
    encodeInteger(3),
    encodeData(authenticated),
    await encodeMac(authenticated, password, rounds),
  )
}

async function readContents(bytes: Uint8Array, password: string): Promise<Contents> {
  if (bytes.length > maxBytes) throw new PfxError("unsupported", "File is longer than 262144 bytes")
  if (password.length > maxPasswordCharacters) throw wrongPassword()
  try {
    return await readFile(readElement(bytes, tags.sequence), encodePassword(password))
  } catch (error) {
    if (error instanceof DerError) throw new PfxError("malformed", "File is not a whole PFX (PKCS#12) file")
    throw error
  }
}

async function readFile(file: DerElement, passwords: readonly PfxPassword[]): Promise<Contents> {
  const [version, authSafe, macData] = readChildren(file)
  if (version === undefined || authSafe === undefined || readSmallInteger(version, 255) !== 3) {
    throw new PfxError("malformed", "File is not a PFX (PKCS#12) file of version 3")
  }
  const content = readContentInfo(authSafe)
  if (content.type !== contentTypes.data)
    throw new PfxError("unsupported", "File is signed, not protected by password")
  const authenticated = readOctets(content.value)
  const budget = new WorkBudget()
  const proven = macData && (await findProvenPassword(macData, authenticated, passwords, budget))
  const ordered = proven ? [proven, ...passwords.filter((password) => password !== proven)] : passwords
  return readAuthenticated(authenticated, { passwords: ordered, proven: proven !== undefined, budget })
}

/** @throws PfxError `wrongPassword` - no encoding of the password gives the MAC */
async function findProvenPassword(
  macData: DerElement,
  authenticated: Uint8Array,
  passwords: readonly PfxPassword[],
  budget: WorkBudget,
): Promise<PfxPassword> {
  const fields = readChildren(macData, tags.sequence)
  const [algorithm, expected] = readChildren(elementAt(fields, 0, tags.sequence))
  if (algorithm === undefined || expected === undefined) throw new DerError("MAC is incomplete")
  const digest = macDigests[readOid(elementAt(readChildren(algorithm), 0))]
  if (digest === undefined) throw new PfxError("unsupported", "File has a MAC that is not supported")
  const salt = readOctets(elementAt(fields, 1, tags.octetString))
  const rounds = fields[2] === undefined ? 1 : readRounds(fields[2])
  for (const password of passwords) {
    const mac = await computeMac(authenticated, { digest, salt, rounds }, password, budget)
    if (digestsEqual(mac, readOctets(expected))) return password
  }
  throw wrongPassword()
}

async function readAuthenticated(authenticated: Uint8Array, unlocking: Unlocking): Promise<Contents> {
  const contents: Contents = { keys: [], certificates: [] }
  for (const part of readChildren(readElement(authenticated, tags.sequence))) {
    const { type, value } = readContentInfo(part)
    if (type !== contentTypes.data && type !== contentTypes.encryptedData) {
      throw new PfxError("unsupported", "File is encrypted for a public key, not by password")
    }
    const bags =
      type === contentTypes.data ? readElement(readOctets(value)) : await decryptData(value, unlocking)
    for (const bag of readChildren(bags, tags.sequence)) await readBag(bag, contents, unlocking)
  }
  return contents
}

async function decryptData(encryptedData: DerElement, unlocking: Unlocking): Promise<DerElement> {
  const content = readChildren(elementAt(readChildren(encryptedData, tags.sequence), 1), tags.sequence)
  const ciphertext = content[2]
  if (ciphertext === undefined || (ciphertext.tag & 0xdf) !== 0x80)
    throw new DerError("Encrypted data is missing")
  return decrypt(elementAt(content, 1), readOctets(ciphertext), unlocking)
}

/** Adds what a bag holds; other kinds (revocation lists, secrets, nested bags) are passed over. */
async function readBag(bag: DerElement, contents: Contents, unlocking: Unlocking): Promise<void> {
  const fields = readChildren(bag, tags.sequence)
  const type = readOid(elementAt(fields, 0))
  const value = readElement(elementAt(fields, 1, 0xa0).content)
  if (type === bagTypes.key) contents.keys.push(value.encoded)
  if (type === bagTypes.shroudedKey) {
    const [algorithm, ciphertext] = readChildren(value, tags.sequence)
    if (algorithm === undefined || ciphertext === undefined) throw new DerError("Encrypted key is incomplete")
    contents.keys.push((await decrypt(algorithm, readOctets(ciphertext), unlocking)).encoded)
  }
  if (type === bagTypes.certificate) {
    const [certificateType, certificate] = readChildren(value, tags.sequence)
    if (certificateType === undefined || certificate === undefined)
      throw new DerError("Certificate is incomplete")
    if (readOid(certificateType) !== x509CertificateType) return
    contents.certificates.push(readOctets(readElement(certificate.content, tags.octetString)))
  }
}

/** Decrypts one sequence with the first encoding of the password that gives one. */
async function decrypt(
  algorithm: DerElement,
  ciphertext: Uint8Array,
  unlocking: Unlocking,
): Promise<DerElement> {
  for (const password of unlocking.passwords) {
    const plaintext = await decryptByPassword(algorithm, ciphertext, password, unlocking.budget)
    try {
      if (plaintext !== undefined) return readElement(plaintext, tags.sequence)
    } catch {
      // By chance the padding was right: as good as wrong.
    }
  }
  if (unlocking.proven) throw new PfxError("malformed", "File has contents that do not decrypt")
  throw wrongPassword()
}

function readContentInfo(contentInfo: DerElement): { type: string; value: DerElement } {
  const fields = readChildren(contentInfo, tags.sequence)
  return { type: readOid(elementAt(fields, 0)), value: readElement(elementAt(fields, 1, 0xa0).content) }
}

function encodeData(content: Uint8Array): Uint8Array {
  return encodeSequence(encodeOid(contentTypes.data), encode(0xa0, encode(tags.octetString, content)))
}

async function encodeEncryptedData(
  content: Uint8Array,
  password: PfxPassword,
  rounds: number,
): Promise<Uint8Array> {
  const { algorithm, ciphertext } = await encryptByPassword(content, password, rounds)
  const encrypted = encodeSequence(encodeOid(contentTypes.data), algorithm, encode(0x80, ciphertext))
  return encodeSequence(
    encodeOid(contentTypes.encryptedData),
    encode(0xa0, encodeSequence(encodeInteger(0), encrypted)),
  )
}

function encodeCertificateBag(der: Uint8Array, keyId: Uint8Array | undefined): Uint8Array {
  const certificate = encodeSequence(
    encodeOid(x509CertificateType),
    encode(0xa0, encode(tags.octetString, der)),
  )
  const attributes = keyId ? [encodeKeyId(keyId)] : []
  return encodeSequence(encodeOid(bagTypes.certificate), encode(0xa0, certificate), ...attributes)
}

async function encodeKeyBag(
  pkcs8: Uint8Array,
  keyId: Uint8Array,
  password: PfxPassword,
  rounds: number,
): Promise<Uint8Array> {
  const { algorithm, ciphertext } = await encryptByPassword(pkcs8, password, rounds)
  const shrouded = encodeSequence(algorithm, encode(tags.octetString, ciphertext))
  return encodeSequence(encodeOid(bagTypes.shroudedKey), encode(0xa0, shrouded), encodeKeyId(keyId))
}

/** Ties a key to its certificate; Java and Windows pair them by it. */
function encodeKeyId(keyId: Uint8Array): Uint8Array {
  return encodeSet(encodeSequence(encodeOid(localKeyIdType), encodeSet(encode(tags.octetString, keyId))))
}

async function encodeMac(
  authenticated: Uint8Array,
  password: PfxPassword,
  rounds: number,
): Promise<Uint8Array> {
  const salt = randomBytes(16)
  const mac = await computeMac(authenticated, { digest: "sha256", salt, rounds }, password, new WorkBudget())
  const digestInfo = encodeSequence(
    encodeSequence(encodeOid(sha256Oid), encode(tags.null)),
    encode(tags.octetString, mac),
  )
  return encodeSequence(digestInfo, encode(tags.octetString, salt), encodeInteger(rounds))
}

function wrongPassword(): PfxError {
  return new PfxError("wrongPassword", "Password is not that of the file")
}
