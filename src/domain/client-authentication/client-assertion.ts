import type { KeyObject } from "node:crypto"
import { type JwsAlgorithm, JwsError, type ParsedJws, parseJws, verifyJws } from "../../crypto/jws.ts"
import { parseCertificate } from "../../crypto/x509.ts"
import type { ClientCertificateRecord } from "../../storage/records.ts"
import { listClientCertificates } from "../applications/index.ts"
import type { DomainContext } from "../context.ts"
import { DomainError } from "../errors.ts"
import { verifyAssertionClaims } from "./assertion-claims.ts"
import { findAssertionCertificate } from "./assertion-certificate.ts"
import { recordAssertion } from "./assertion-replay.ts"
import type { ClientProof } from "./client-proof.ts"

/** RS256 and PS256 are what official clients send; the others cost nothing. The certificate's key pins the family. */
const algorithms: readonly JwsAlgorithm[] = ["PS256", "RS256", "PS384", "PS512", "RS384", "RS512", "ES256"]

/**
 * `private_key_jwt`: a JWT signed with the key of a certificate that is registered on the application. It names the
 * application as issuer and subject, us as audience, and lives a day at most. The same bytes may come again while
 * they last, since official clients reuse an assertion; the same `jti` with other bytes may not.
 *
 * @see RFC 7523 section 3, https://www.rfc-editor.org/rfc/rfc7523.html#section-3
 * @see contracts/entra.md 2.3 and 2.4
 */
export const clientAssertion: ClientProof = {
  strength: "certificate",
  async verify(context, { application, audiences }, presented) {
    const jws = parse(presented)
    const certificate = findAssertionCertificate(
      jws.header,
      await listClientCertificates(context, application.appId),
    )
    assertSignature(jws, certificate)
    assertCertificateDates(context, certificate)
    const claims = verifyAssertionClaims(jws.payload, {
      appId: application.appId,
      audiences: audiences(),
      now: context.clock.now(),
    })
    await recordAssertion(context, application, { assertion: presented, ...claims })
  },
}

function parse(assertion: string): ParsedJws {
  try {
    return parseJws(assertion)
  } catch (error) {
    if (!(error instanceof JwsError)) throw error
    const understood = !["unsupportedAlgorithm", "unknownCriticalHeader"].includes(error.code)
    if (!understood) throw signatureRefused("Its header asks for what is not supported", error)
    throw new DomainError("invalidInput", "assertion", {
      reason: "malformed",
      detail: error.message,
      cause: error,
    })
  }
}

/** Nothing but a client assertion may pass for one: tokens with a type of their own are refused. */
function assertSignature(jws: ParsedJws, certificate: ClientCertificateRecord): void {
  const { typ } = jws.header
  const isJwt = typ === undefined || (typeof typ === "string" && typ.toUpperCase() === "JWT")
  if (!isJwt) throw signatureRefused("Its type is not JWT")
  try {
    verifyJws(jws, { algorithms, key: publicKeyOf(certificate) })
  } catch (error) {
    if (error instanceof JwsError) throw signatureRefused(error.message, error)
    throw error
  }
}

/** The records stay the same objects while the certificates of an application do not change. */
const publicKeys = new WeakMap<ClientCertificateRecord, KeyObject>()

function publicKeyOf(certificate: ClientCertificateRecord): KeyObject {
  let key = publicKeys.get(certificate)
  if (key === undefined) {
    key = parseCertificate(certificate.certificate).publicKey
    publicKeys.set(certificate, key)
  }
  return key
}

function assertCertificateDates({ clock }: DomainContext, certificate: ClientCertificateRecord): void {
  const now = clock.now()
  if (certificate.startsAt <= now && now <= certificate.expiresAt) return
  throw new DomainError("expired", "certificate", {
    detail: `The certificate with the SHA-1 thumbprint ${certificate.thumbprintSha1} is out of its time`,
  })
}

function signatureRefused(detail: string, cause?: unknown): DomainError {
  return new DomainError("unauthenticated", "assertion", { reason: "signature", detail, cause })
}
