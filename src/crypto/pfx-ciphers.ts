/**
 * Password-based ciphers and MACs of PKCS#12: PBES2 as written today, and the older schemes with 3DES and RC2 that
 * files still come with. Key derivation is bounded, see `WorkBudget`.
 *
 * @see RFC 7292 appendix B and C, https://www.rfc-editor.org/rfc/rfc7292.html#appendix-B
 * @see RFC 8018 section 6.2 (PBES2), https://www.rfc-editor.org/rfc/rfc8018.html#section-6.2
 */
import { createCipheriv, createDecipheriv, hash, pbkdf2, randomBytes } from "node:crypto"
import { setImmediate } from "node:timers/promises"
import { promisify } from "node:util"
import {
  type DerElement,
  elementAt,
  encode,
  encodeInteger,
  encodeOid,
  encodeSequence,
  readChildren,
  readOctets,
  readOid,
  readSmallInteger,
  tags,
} from "./der.ts"
import { PfxError } from "./key-bundle.ts"
import { hmacSha } from "./mac.ts"
import { decryptRc2Cbc } from "./rc2.ts"

/** A password in the encodings that the schemes of PKCS#12 want. */
export interface PfxPassword {
  /** UTF-8, for PBES2. */
  readonly utf8: Uint8Array
  /** UTF-16 big-endian with two zero bytes at the end, for everything older; nothing at all when absent. */
  readonly bmp: Uint8Array
}

export type DigestName = "sha1" | "sha256" | "sha384" | "sha512"

/**
 * What one file may cost: 600,000 rounds for one derived key and 1,500,000 in all (about two seconds in the worst
 * case, spread over many turns of the event loop). OpenSSL writes 2,048 rounds, Windows 2,000, Java 10,000 and, for
 * some years, 100,000.
 */
export class WorkBudget {
  private roundsLeft = 1_500_000

  /** @throws PfxError `unsupported` - the file wants more rounds than allowed */
  spend(rounds: number): void {
    this.roundsLeft -= rounds
    if (rounds > 600_000 || this.roundsLeft < 0) {
      throw new PfxError("unsupported", "File wants more than 600000 rounds of key derivation")
    }
  }
}

interface LegacyScheme {
  readonly cipher: "des-ede3-cbc" | "rc2-cbc"
  readonly keyBytes: number
}

/** Schemes of RFC 7292 appendix C; its two RC4 schemes are left out. */
const legacySchemes: Readonly<Record<string, LegacyScheme>> = {
  "1.2.840.113549.1.12.1.3": { cipher: "des-ede3-cbc", keyBytes: 24 },
  "1.2.840.113549.1.12.1.4": { cipher: "des-ede3-cbc", keyBytes: 16 },
  "1.2.840.113549.1.12.1.5": { cipher: "rc2-cbc", keyBytes: 16 },
  "1.2.840.113549.1.12.1.6": { cipher: "rc2-cbc", keyBytes: 5 },
}

const pbes2 = "1.2.840.113549.1.5.13"
const pbkdf2Oid = "1.2.840.113549.1.5.12"
const hmacWithSha256 = "1.2.840.113549.2.9"
const aes256Cbc = "2.16.840.1.101.3.4.1.42"

const pbes2Ciphers: Readonly<Record<string, { readonly name: string; readonly keyBytes: number }>> = {
  "1.2.840.113549.3.7": { name: "des-ede3-cbc", keyBytes: 24 },
  "2.16.840.1.101.3.4.1.2": { name: "aes-128-cbc", keyBytes: 16 },
  "2.16.840.1.101.3.4.1.22": { name: "aes-192-cbc", keyBytes: 24 },
  [aes256Cbc]: { name: "aes-256-cbc", keyBytes: 32 },
}

const pbkdf2Digests: Readonly<Record<string, DigestName>> = {
  "1.2.840.113549.2.7": "sha1",
  [hmacWithSha256]: "sha256",
  "1.2.840.113549.2.10": "sha384",
  "1.2.840.113549.2.11": "sha512",
}

/** Marks what a key is derived for. @see RFC 7292 appendix B.3, https://www.rfc-editor.org/rfc/rfc7292.html#appendix-B.3 */
const purposes = { key: 1, iv: 2, mac: 3 } as const

const digestSizes: Readonly<Record<DigestName, { readonly block: number; readonly output: number }>> = {
  sha1: { block: 64, output: 20 },
  sha256: { block: 64, output: 32 },
  sha384: { block: 128, output: 48 },
  sha512: { block: 128, output: 64 },
}

const maxRounds = 2 ** 40
const roundsPerTurn = 5_000
const pbkdf2Async = promisify(pbkdf2)

/** Returns the encodings to try for a password: one, or two when it is empty (the empty text, and no password). */
export function encodePassword(password: string): PfxPassword[] {
  const utf8 = Buffer.from(password, "utf8")
  const bmp = Buffer.from(`${password}\0`, "utf16le").swap16()
  return password === ""
    ? [
        { utf8, bmp },
        { utf8, bmp: Buffer.alloc(0) },
      ]
    : [{ utf8, bmp }]
}

/**
 * Decrypts by an AlgorithmIdentifier of PKCS#12.
 *
 * @returns undefined when the padding is wrong: in practice a wrong password
 * @throws PfxError `unsupported` - another scheme, or more rounds than the budget has
 * @throws DerError malformed parameters
 */
export async function decryptByPassword(
  algorithm: DerElement,
  ciphertext: Uint8Array,
  password: PfxPassword,
  budget: WorkBudget,
): Promise<Uint8Array | undefined> {
  const [oidElement, parameters] = pairOf(algorithm)
  const oid = readOid(oidElement)
  if (oid === pbes2) return decryptPbes2(parameters, ciphertext, password, budget)
  const scheme = legacySchemes[oid]
  if (scheme === undefined)
    throw new PfxError("unsupported", "File is encrypted in a way that is not supported")
  const [saltElement, roundsElement] = pairOf(parameters)
  const derivation = {
    digest: "sha1",
    salt: readOctets(saltElement),
    rounds: readRounds(roundsElement),
    password,
  } as const
  const key = await derivePkcs12Key({ ...derivation, purpose: "key", byteCount: scheme.keyBytes }, budget)
  const iv = await derivePkcs12Key({ ...derivation, purpose: "iv", byteCount: 8 }, budget)
  if (scheme.cipher === "rc2-cbc") return decryptRc2Cbc(key, iv, ciphertext)
  const tripleKey = scheme.keyBytes === 24 ? key : Buffer.concat([key, key.subarray(0, 8)])
  return decryptCbc(scheme.cipher, tripleKey, iv, ciphertext)
}

/** Encrypts with AES-256-CBC under PBKDF2-HMAC-SHA-256 (PBES2) and returns the AlgorithmIdentifier with it. */
export async function encryptByPassword(
  plaintext: Uint8Array,
  password: PfxPassword,
  rounds: number,
): Promise<{ algorithm: Uint8Array; ciphertext: Uint8Array }> {
  const salt = randomBytes(16)
  const iv = randomBytes(16)
  const cipher = createCipheriv(
    "aes-256-cbc",
    await pbkdf2Async(password.utf8, salt, rounds, 32, "sha256"),
    iv,
  )
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
  const derivation = encodeSequence(
    encode(tags.octetString, salt),
    encodeInteger(rounds),
    encodeSequence(encodeOid(hmacWithSha256), encode(tags.null)),
  )
  const algorithm = encodeSequence(
    encodeOid(pbes2),
    encodeSequence(
      encodeSequence(encodeOid(pbkdf2Oid), derivation),
      encodeSequence(encodeOid(aes256Cbc), encode(tags.octetString, iv)),
    ),
  )
  return { algorithm, ciphertext }
}

/** Computes the MAC of a file. @throws PfxError `unsupported` - more rounds than the budget has */
export async function computeMac(
  data: Uint8Array,
  parameters: { readonly digest: DigestName; readonly salt: Uint8Array; readonly rounds: number },
  password: PfxPassword,
  budget: WorkBudget,
): Promise<Uint8Array> {
  const byteCount = digestSizes[parameters.digest].output
  const key = await derivePkcs12Key({ ...parameters, password, purpose: "mac", byteCount }, budget)
  return hmacSha(parameters.digest, key, data)
}

/** Reads a number of rounds, however large; the budget judges it. @throws DerError no such number */
export function readRounds(element: DerElement): number {
  return readSmallInteger(element, maxRounds)
}

async function decryptPbes2(
  parameters: DerElement,
  ciphertext: Uint8Array,
  password: PfxPassword,
  budget: WorkBudget,
): Promise<Uint8Array | undefined> {
  const [derivation, encryption] = pairOf(parameters)
  const [cipherOid, iv] = pairOf(encryption)
  const cipher = pbes2Ciphers[readOid(cipherOid)]
  const [derivationOid, derivationParameters] = pairOf(derivation)
  if (cipher === undefined || readOid(derivationOid) !== pbkdf2Oid) {
    throw new PfxError("unsupported", "File is encrypted in a way that is not supported")
  }
  const { salt, rounds, digest } = readPbkdf2(derivationParameters)
  budget.spend(rounds)
  const key = await pbkdf2Async(password.utf8, salt, Math.max(rounds, 1), cipher.keyBytes, digest)
  return decryptCbc(cipher.name, key, readOctets(iv), ciphertext)
}

function readPbkdf2(parameters: DerElement): { salt: Uint8Array; rounds: number; digest: DigestName } {
  const fields = readChildren(parameters, tags.sequence)
  // Between the rounds and the digest an optional key length may stand; the cipher fixes that length anyway.
  const digestField = fields.find(({ tag }) => tag === tags.sequence)
  const digest = digestField ? pbkdf2Digests[readOid(elementAt(readChildren(digestField), 0))] : "sha1"
  if (digest === undefined)
    throw new PfxError("unsupported", "File derives keys in a way that is not supported")
  const salt = readOctets(elementAt(fields, 0, tags.octetString))
  return { salt, rounds: readRounds(elementAt(fields, 1)), digest }
}

interface Pkcs12Derivation {
  readonly digest: DigestName
  readonly salt: Uint8Array
  readonly rounds: number
  readonly password: PfxPassword
  readonly purpose: keyof typeof purposes
  readonly byteCount: number
}

/** @see RFC 7292 appendix B.2, https://www.rfc-editor.org/rfc/rfc7292.html#appendix-B.2 */
async function derivePkcs12Key(derivation: Pkcs12Derivation, budget: WorkBudget): Promise<Uint8Array> {
  const { digest, salt, rounds, password, purpose, byteCount } = derivation
  const { block, output } = digestSizes[digest]
  const diversifier = Buffer.alloc(block, purposes[purpose])
  const input = Buffer.concat([fillBlocks(salt, block), fillBlocks(password.bmp, block)])
  const key = Buffer.alloc(Math.ceil(byteCount / output) * output)
  for (let at = 0; at < byteCount; at += output) {
    budget.spend(rounds)
    const digested = await digestRepeatedly(digest, Buffer.concat([diversifier, input]), rounds)
    digested.copy(key, at)
    addToBlocks(input, fillBlocks(digested, block).subarray(0, block))
  }
  return key.subarray(0, byteCount)
}

/** Gives way to other work every few milliseconds. */
async function digestRepeatedly(digest: DigestName, data: Uint8Array, rounds: number): Promise<Buffer> {
  let digested = hash(digest, data, "buffer")
  for (let round = 1; round < rounds; round += 1) {
    digested = hash(digest, digested, "buffer")
    if (round % roundsPerTurn === 0) await setImmediate()
  }
  return digested
}

/** Repeats bytes to fill whole blocks; nothing stays nothing. */
function fillBlocks(bytes: Uint8Array, block: number): Buffer {
  return bytes.length === 0 ? Buffer.alloc(0) : Buffer.alloc(Math.ceil(bytes.length / block) * block, bytes)
}

/** Adds a block and one to each block of the input, as big-endian numbers. */
function addToBlocks(input: Uint8Array, addend: Uint8Array): void {
  for (let start = 0; start < input.length; start += addend.length) {
    let carry = 1
    for (let at = addend.length - 1; at >= 0; at -= 1) {
      carry += input[start + at]! + addend[at]!
      input[start + at] = carry
      carry >>= 8
    }
  }
}

function decryptCbc(
  name: string,
  key: Uint8Array,
  iv: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array | undefined {
  try {
    const decipher = createDecipheriv(name, key, iv)
    return Buffer.concat([decipher.update(ciphertext), decipher.final()])
  } catch {
    return undefined
  }
}

function pairOf(element: DerElement): [DerElement, DerElement] {
  const fields = readChildren(element, tags.sequence)
  return [elementAt(fields, 0), elementAt(fields, 1)]
}
