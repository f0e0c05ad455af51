import {
  constants,
  createHmac,
  sign as nodeSign,
  timingSafeEqual,
  verify as nodeVerify,
  type KeyObject,
  type SignKeyObjectInput,
} from "node:crypto"
import { decodeBase64urlStrict, encodeBase64url } from "./base64url.ts"
import { parseJsonObject } from "./strict-json.ts"
import { findKeyWeakness } from "./key-strength.ts"

export type JwsAlgorithm = "RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512" | "ES256" | "HS256"

export interface JwsHeader {
  readonly alg: JwsAlgorithm
  readonly [name: string]: unknown
}

/** A well-formed compact JWS whose signature has NOT been verified. */
export interface ParsedJws {
  readonly header: JwsHeader
  readonly payload: Readonly<Record<string, unknown>>
  /** The text under the signature: the first two parts with their dot. */
  readonly signingInput: string
  readonly signature: Uint8Array
}

export interface VerifyJwsOptions {
  /** The only algorithms to accept; the header may choose among these and no others. */
  readonly algorithms: readonly JwsAlgorithm[]
  /** The key to verify with: public for RS, PS and ES, secret for HS. Its type pins the algorithm family. */
  readonly key: KeyObject
  /** Accepts an HS256 secret below 32 bytes, for checking tokens that another product issued. Default false. */
  readonly allowShortSecret?: boolean
}

export type JwsErrorCode =
  | "tooLarge"
  | "malformed"
  | "duplicateMember"
  | "unsupportedAlgorithm"
  | "unknownCriticalHeader"
  | "algorithmNotAllowed"
  | "unsuitableKey"
  | "badSignature"

/** A JWS is refused. The message is fixed per code and never holds any of the token. */
export class JwsError extends Error {
  override readonly name = "JwsError"
  readonly code: JwsErrorCode

  constructor(code: JwsErrorCode) {
    super(errorMessages[code])
    this.code = code
  }
}

const errorMessages: Record<JwsErrorCode, string> = {
  tooLarge: "JWS is longer than 16384 characters",
  malformed: "JWS is not in compact form with a JSON object as header and payload",
  duplicateMember: "JWS has a JSON member twice",
  unsupportedAlgorithm: "JWS algorithm is not supported",
  unknownCriticalHeader: "JWS has a critical header that is not understood",
  algorithmNotAllowed: "JWS algorithm is not allowed here",
  unsuitableKey: "Key does not suit the JWS algorithm",
  badSignature: "JWS signature does not verify",
}

interface AlgorithmParameters {
  readonly keyType: "rsa" | "ec" | "secret"
  readonly digest: "sha256" | "sha384" | "sha512"
  /** Absent for PKCS #1 v1.5, Node's default for RSA: an options object halves the rate of verification. */
  readonly options?: Omit<SignKeyObjectInput, "key">
}

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }

/** @see RFC 7518 section 3.1, https://www.rfc-editor.org/rfc/rfc7518.html#section-3.1 */
const algorithms: Readonly<Record<JwsAlgorithm, AlgorithmParameters>> = {
  RS256: { keyType: "rsa", digest: "sha256" },
  RS384: { keyType: "rsa", digest: "sha384" },
  RS512: { keyType: "rsa", digest: "sha512" },
  PS256: { keyType: "rsa", digest: "sha256", options: pss },
  PS384: { keyType: "rsa", digest: "sha384", options: pss },
  PS512: { keyType: "rsa", digest: "sha512", options: pss },
  ES256: { keyType: "ec", digest: "sha256", options: { dsaEncoding: "ieee-p1363" } },
  HS256: { keyType: "secret", digest: "sha256" },
}

const maxCharacters = 16 * 1024
const minSecretBytes = 32
const es256SignatureBytes = 64

/**
 * Signs a payload as compact JWS. An object is written as compact JSON in its own order; a text is signed byte for
 * byte, as UTF-8.
 *
 * @param key private for RS, PS and ES; secret of at least 32 bytes for HS
 * @throws JwsError `unsuitableKey` - the key's type, size or curve does not fit `header.alg`
 * @see RFC 7515 section 5.1, https://www.rfc-editor.org/rfc/rfc7515.html#section-5.1
 */
export function signJws(header: JwsHeader, payload: object | string, key: KeyObject): string {
  assertKeyFits(header.alg, key, "private", false)
  const signingInput = toSigningInput(header, payload)
  const { keyType, digest, options } = algorithms[header.alg]
  const signature =
    keyType === "secret"
      ? hmac(signingInput, key)
      : nodeSign(digest, Buffer.from(signingInput), withOptions(key, options))
  return `${signingInput}.${encodeBase64url(signature)}`
}

/**
 * Takes a compact JWS apart without verifying it, strictly: at most 16 KiB, canonical base64url, UTF-8, JSON objects
 * without duplicate members at any level, a known algorithm (never `none`), no `crit`. Keys or addresses of keys in
 * the header (`jwk`, `jku`, `x5u`, `x5c`) are left for the caller to ignore; `verifyJws` does not look at them.
 *
 * @param compact untrusted
 * @throws JwsError `tooLarge`, `malformed`, `duplicateMember`, `unsupportedAlgorithm`, `unknownCriticalHeader`
 * @see RFC 7515 section 5.2, https://www.rfc-editor.org/rfc/rfc7515.html#section-5.2
 * @see RFC 8725 section 3, https://www.rfc-editor.org/rfc/rfc8725.html#section-3
 */
export function parseJws(compact: string): ParsedJws {
  if (typeof compact !== "string") throw new JwsError("malformed")
  if (compact.length > maxCharacters) throw new JwsError("tooLarge")
  const headerEnd = compact.indexOf(".")
  const payloadEnd = compact.indexOf(".", headerEnd + 1)
  if (headerEnd <= 0 || payloadEnd === -1) throw new JwsError("malformed")
  const header = parsePart(compact.slice(0, headerEnd))
  assertHeader(header)
  const payload = parsePart(compact.slice(headerEnd + 1, payloadEnd))
  const signature = decodePart(compact.slice(payloadEnd + 1))
  return { header, payload, signingInput: compact.slice(0, payloadEnd), signature }
}

/**
 * Verifies the signature of a parsed JWS with one key.
 *
 * @throws JwsError `algorithmNotAllowed` - the header's algorithm is not in the list
 * @throws JwsError `unsuitableKey` - the key is of another family (an RSA key never verifies HS256, nor a secret
 *   RS256), too weak, or on another curve
 * @throws JwsError `badSignature`
 * @see RFC 8725 section 3.1, https://www.rfc-editor.org/rfc/rfc8725.html#section-3.1
 */
export function verifyJws(jws: ParsedJws, options: VerifyJwsOptions): void {
  const { alg } = jws.header
  if (!options.algorithms.includes(alg)) throw new JwsError("algorithmNotAllowed")
  assertKeyFits(alg, options.key, "public", options.allowShortSecret === true)
  if (!signatureMatches(jws, options.key)) throw new JwsError("badSignature")
}

function signatureMatches(jws: ParsedJws, key: KeyObject): boolean {
  const { keyType, digest, options } = algorithms[jws.header.alg]
  if (keyType === "secret") {
    const expected = hmac(jws.signingInput, key)
    return expected.length === jws.signature.length && timingSafeEqual(expected, jws.signature)
  }
  if (keyType === "ec" && jws.signature.length !== es256SignatureBytes) return false
  return nodeVerify(digest, Buffer.from(jws.signingInput), withOptions(key, options), jws.signature)
}

function withOptions(
  key: KeyObject,
  options: AlgorithmParameters["options"],
): KeyObject | SignKeyObjectInput {
  return options === undefined ? key : { key, ...options }
}

function assertHeader(header: Record<string, unknown>): asserts header is JwsHeader {
  if (typeof header["alg"] !== "string") throw new JwsError("malformed")
  if (!Object.hasOwn(algorithms, header["alg"])) throw new JwsError("unsupportedAlgorithm")
  if (Object.hasOwn(header, "crit")) throw new JwsError("unknownCriticalHeader")
}

function assertKeyFits(
  alg: JwsAlgorithm,
  key: KeyObject,
  keyKind: "private" | "public",
  allowShortSecret: boolean,
): void {
  const parameters = Object.hasOwn(algorithms, alg) ? algorithms[alg] : undefined
  if (parameters === undefined) throw new JwsError("unsupportedAlgorithm")
  const fits =
    parameters.keyType === "secret"
      ? key.type === "secret" && (allowShortSecret || (key.symmetricKeySize ?? 0) >= minSecretBytes)
      : key.type === keyKind && fitsAsymmetric(parameters.keyType, key)
  if (!fits) throw new JwsError("unsuitableKey")
}

function fitsAsymmetric(keyType: "rsa" | "ec", key: KeyObject): boolean {
  if (key.asymmetricKeyType !== keyType || findKeyWeakness(key) !== undefined) return false
  return keyType === "rsa" || key.asymmetricKeyDetails?.namedCurve === "prime256v1"
}

function toSigningInput(header: JwsHeader, payload: object | string): string {
  const payloadText = typeof payload === "string" ? payload : JSON.stringify(payload)
  return `${toBase64url(JSON.stringify(header))}.${toBase64url(payloadText)}`
}

function toBase64url(text: string): string {
  return Buffer.from(text, "utf8").toString("base64url")
}

function hmac(signingInput: string, key: KeyObject): Uint8Array {
  return createHmac("sha256", key).update(signingInput).digest()
}

function parsePart(part: string): Record<string, unknown> {
  const result = parseJsonObject(decodePart(part))
  if (result === "malformed" || result === "duplicateMember") throw new JwsError(result)
  return result
}

function decodePart(part: string): Uint8Array {
  try {
    return decodeBase64urlStrict(part)
  } catch {
    throw new JwsError("malformed")
  }
}
