import { argon2, createHash } from "node:crypto"
import { promisify } from "node:util"
import { deriveKey, importSealingKey, type SealingKey } from "./seal.ts"

const keyBytes = 32
const saltBytesMin = 16
const passphraseCharactersMin = 12

const argon2Async = promisify(argon2)

/** Dearer than for a user's password: it is paid once a start, and it guards everything. */
const cost = { memory: 64 * 1024, passes: 3, parallelism: 4 } as const

/**
 * Makes the root key of its 32 bytes. Its id is a fingerprint that tells root keys apart and says nothing about
 * the bytes.
 *
 * @throws TypeError not exactly 32 bytes
 */
export function importRootKey(bytes: Uint8Array): SealingKey {
  if (bytes.length !== keyBytes) throw new TypeError(`A root key has ${keyBytes} bytes`)
  const fingerprint = createHash("sha256").update(deriveKey(bytes, "fingerprint")).digest("hex")
  return importSealingKey(`root-${fingerprint.slice(0, 16)}`, deriveKey(bytes, "wrapping"))
}

/**
 * Derives the root key from what a person remembers, with argon2id (64 MiB, 3 passes; some 0.1 seconds).
 *
 * @param salt at least 16 random bytes, stored beside the data: the same passphrase on another store is another key
 * @throws TypeError a passphrase of fewer than 12 characters, or a salt of fewer than 16 bytes
 * @see RFC 9106 section 4, https://www.rfc-editor.org/rfc/rfc9106.html#section-4
 */
export async function deriveRootKey(passphrase: string, salt: Uint8Array): Promise<SealingKey> {
  if (Array.from(passphrase).length < passphraseCharactersMin) {
    throw new TypeError(`A root key passphrase has at least ${passphraseCharactersMin} characters`)
  }
  if (salt.length < saltBytesMin) throw new TypeError(`A salt has at least ${saltBytesMin} bytes`)
  const message = Buffer.from(passphrase.normalize("NFC"), "utf8")
  const bytes = await argon2Async("argon2id", { message, nonce: salt, ...cost, tagLength: keyBytes })
  return importRootKey(bytes)
}
