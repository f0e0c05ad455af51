/** What tests of the token service share: client assertions signed by `jose`, and the body of a refusal. */
import { deepStrictEqual } from "node:assert"
import { createHash, type KeyObject } from "node:crypto"
import { CompactSign, SignJWT } from "jose"
import { generateEcKeyPair, generateRsaKeyPair } from "../src/crypto/key-pairs.ts"
import { createSelfSignedCertificate } from "../src/crypto/x509-issue.ts"
import type { OAuthErrorBody } from "../src/wire/oauth.ts"
import { testNow } from "./context.ts"

export const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

export interface ClientKey {
  privateKey: KeyObject
  publicKey: KeyObject
  certificateDer: Uint8Array
}

/** A key pair with its certificate, by default in its time for a year around the frozen clock. */
export async function makeClientKey(
  options: { type?: "RSA" | "P-256"; notBefore?: number; notAfter?: number } = {},
): Promise<ClientKey> {
  const { type = "RSA", notBefore = testNow - 86_400, notAfter = testNow + 365 * 86_400 } = options
  const { privateKey, publicKey } =
    type === "RSA" ? await generateRsaKeyPair(2048) : await generateEcKeyPair("P-256")
  const { der } = createSelfSignedCertificate({ subject: "CN=client", privateKey, notBefore, notAfter })
  return { privateKey, publicKey, certificateDer: der }
}

export function thumbprint(key: ClientKey, hash: "sha1" | "sha256"): Buffer {
  return createHash(hash).update(key.certificateDer).digest()
}

/** Signs claims as they are, with PS256 and `x5t#S256` unless the header says otherwise. */
export function signAssertion(
  key: ClientKey,
  claims: Record<string, unknown>,
  header: Record<string, unknown> = {},
): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({
      alg: "PS256",
      typ: "JWT",
      ...("x5t" in header || "kid" in header || "x5c" in header
        ? {}
        : { "x5t#S256": thumbprint(key, "sha256").toString("base64url") }),
      ...header,
    })
    .sign(key.privateKey)
}

/** Signs a payload byte for byte: for what no JSON writer writes. */
export function signPayload(
  key: ClientKey,
  payload: string,
  header: Record<string, unknown> = {},
): Promise<string> {
  return new CompactSign(Buffer.from(payload))
    .setProtectedHeader({
      alg: "PS256",
      "x5t#S256": thumbprint(key, "sha256").toString("base64url"),
      ...header,
    })
    .sign(key.privateKey)
}

export interface ExpectedError {
  error: string
  code: number
  /** What stands between the number and the trace id. */
  text: string
  errorUri?: string
}

/** The whole body of a refusal at the frozen clock's beginning, with the ids of the answer. */
export function oauthErrorBody(
  response: Response,
  { error, code, text, errorUri }: ExpectedError,
  { correlationId = traceIdOf(response), timestamp = "2026-11-21 00:00:00Z" } = {},
): OAuthErrorBody {
  const traceId = traceIdOf(response)
  return {
    error,
    error_description: `AADSTS${code}: ${text} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    ...(errorUri !== undefined && { error_uri: errorUri }),
  }
}

/**
 * What a refusal says, once its whole body has proved to be the one for that, at the frozen clock's beginning. MSAL
 * keeps any refusal that has `Retry-After`, and answers from memory: none may.
 */
export async function readRefusal(response: Response): Promise<ExpectedError & { status: number }> {
  const body = (await response.json()) as OAuthErrorBody
  const code = body.error_codes[0] ?? 0
  const text = body.error_description.slice(`AADSTS${code}: `.length).split(" Trace ID: ", 1)[0] ?? ""
  const { error, error_uri: errorUri } = body
  const refusal = { error, code, text, ...(errorUri !== undefined && { errorUri }) }
  deepStrictEqual(body, oauthErrorBody(response, refusal))
  deepStrictEqual(response.headers.get("retry-after"), null)
  return { status: response.status, ...refusal }
}

function traceIdOf(response: Response): string {
  return response.headers.get("x-ms-request-id") ?? "no x-ms-request-id"
}
