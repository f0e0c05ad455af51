import { argon2, randomBytes, timingSafeEqual } from "node:crypto"
import { promisify } from "node:util"

/** Too many password checks are waiting already; the caller should answer "try again later". */
export class PasswordQueueFullError extends Error {
  override readonly name = "PasswordQueueFullError"
}

interface Argon2Hash {
  readonly memoryKibibytes: number
  readonly passes: number
  readonly parallelism: number
  readonly salt: Uint8Array
  readonly tag: Uint8Array
}

const cost = { memoryKibibytes: 19 * 1024, passes: 2, parallelism: 1 } as const
const saltBytes = 16
const tagBytes = 32
const maxPasswordBytes = 1024
const maxRunning = 2
const maxWaiting = 256

/** Bounds of a stored hash, so that a planted row cannot take gigabytes or minutes. */
const bounds = { memoryKibibytes: 256 * 1024, passes: 16, parallelism: 8 } as const
const phcPattern =
  /^\$argon2id\$v=19\$m=([1-9]\d{0,7}),t=([1-9]\d{0,2}),p=([1-9]\d?)\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

const argon2Async = promisify(argon2)

/**
 * Hashes a password a person chose with argon2id (19 MiB, 2 passes, 1 lane; about 20 ms) and returns a PHC string.
 * At most two run at once, the rest waits in order.
 *
 * @throws TypeError a password longer than 1,024 bytes of UTF-8
 * @throws PasswordQueueFullError more than 256 waiting
 * @see RFC 9106 section 4, https://www.rfc-editor.org/rfc/rfc9106.html#section-4
 */
export async function hashPassword(password: string): Promise<string> {
  const message = passwordBytes(password)
  if (message === undefined) throw new TypeError(`A password has at most ${maxPasswordBytes} bytes`)
  const salt = randomBytes(saltBytes)
  const tag = await inTurn(() => computeTag(message, { ...cost, salt }, tagBytes))
  return toPhc({ ...cost, salt, tag })
}

/**
 * Tells whether a password is the one behind a PHC string made by `hashPassword` (or by another argon2id, version 19).
 *
 * @throws TypeError the PHC string is not a well-formed argon2id hash within bounds: the stored record is broken
 * @throws PasswordQueueFullError more than 256 waiting
 */
export async function verifyPassword(phc: string, password: string): Promise<boolean> {
  const expected = parsePhc(phc)
  const message = passwordBytes(password)
  if (message === undefined) return false
  const tag = await inTurn(() => computeTag(message, expected, expected.tag.length))
  return timingSafeEqual(tag, expected.tag)
}

/**
 * Spends the time of `verifyPassword` and answers false: for a user that does not exist, so that the time of a refusal
 * does not tell which users do.
 *
 * @throws PasswordQueueFullError more than 256 waiting
 */
export async function verifyAgainstNothing(password: string): Promise<false> {
  const message = passwordBytes(password)
  if (message !== undefined) {
    await inTurn(() => computeTag(message, { ...cost, salt: randomBytes(saltBytes) }, tagBytes))
  }
  return false
}

/** Answers undefined when the password is too long to be any user's. NFC: the same word typed on another keyboard. */
function passwordBytes(password: string): Uint8Array | undefined {
  if (password.length > maxPasswordBytes) return undefined
  const bytes = Buffer.from(password.normalize("NFC"), "utf8")
  return bytes.length > maxPasswordBytes ? undefined : bytes
}

async function computeTag(
  message: Uint8Array,
  hash: Omit<Argon2Hash, "tag">,
  tagLength: number,
): Promise<Uint8Array> {
  return argon2Async("argon2id", {
    message,
    nonce: hash.salt,
    memory: hash.memoryKibibytes,
    passes: hash.passes,
    parallelism: hash.parallelism,
    tagLength,
  })
}

function toPhc(hash: Argon2Hash): string {
  const parameters = `m=${hash.memoryKibibytes},t=${hash.passes},p=${hash.parallelism}`
  return `$argon2id$v=19$${parameters}$${unpaddedBase64(hash.salt)}$${unpaddedBase64(hash.tag)}`
}

/** @see PHC string format, https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md */
function parsePhc(phc: string): Argon2Hash {
  const [, memory, passes, parallelism, salt, tag] = phcPattern.exec(phc) ?? []
  const hash: Argon2Hash = {
    memoryKibibytes: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt ?? "", "base64"),
    tag: Buffer.from(tag ?? "", "base64"),
  }
  const inBounds =
    hash.memoryKibibytes >= 8 * hash.parallelism &&
    hash.memoryKibibytes <= bounds.memoryKibibytes &&
    hash.passes <= bounds.passes &&
    hash.parallelism <= bounds.parallelism
  if (salt === undefined || !inBounds)
    throw new TypeError("A stored password hash is not argon2id within bounds")
  return hash
}

function unpaddedBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replace(/=+$/, "")
}

let running = 0
const waiting: (() => void)[] = []

/** Runs work when fewer than two others run: argon2 takes a core and 19 MiB each time. */
async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (running >= maxRunning) await waitForTurn()
  else running += 1
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running -= 1
  }
}

function waitForTurn(): Promise<void> {
  if (waiting.length >= maxWaiting) throw new PasswordQueueFullError("Too many passwords are being checked")
  return new Promise((resolve) => waiting.push(resolve))
}
