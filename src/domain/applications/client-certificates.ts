import { findKeyWeakness } from "../../crypto/key-strength.ts"
import { type Certificate, CertificateError, parseCertificate } from "../../crypto/x509.ts"
import type { ClientCertificateRecord } from "../../storage/records.ts"
import { AlreadyExistsError } from "../../storage/store.ts"
import { type Caller, requireAction } from "../access/index.ts"
import { recordEvent } from "../audit/index.ts"
import type { DomainContext } from "../context.ts"
import { DomainError, invalidInput, notFound } from "../errors.ts"
import { findApplication } from "./find-application.ts"

export interface NewClientCertificate {
  appId: string
  /** DER bytes, or PEM text of this one certificate without its private key. */
  certificate: Uint8Array | string
  /** The subject of the certificate when not given. */
  displayName?: string | undefined
}

/**
 * Registers the public certificate of a key pair with which an application of the caller's tenant signs client
 * assertions.
 *
 * @throws DomainError `forbidden`
 * @throws DomainError `notFound` - no such application
 * @throws DomainError `invalidInput` - not one certificate, expired, or a weak key
 * @throws DomainError `alreadyExists` - the application has it
 */
export async function addClientCertificate(
  context: DomainContext,
  caller: Caller,
  request: NewClientCertificate,
): Promise<ClientCertificateRecord> {
  await requireAction(context, caller, "Microsoft.Directory/applications/credentials/update", "/")
  const application = await findApplication(context, caller.tenantId, request.appId)
  if (application === undefined) {
    throw notFound("application", `Application "${request.appId}" is not in the tenant`)
  }
  const record = toRecord(context, application, request)
  try {
    await insert(context, caller, record)
  } catch (error) {
    if (!(error instanceof AlreadyExistsError)) throw error
    throw new DomainError("alreadyExists", "certificate", {
      detail: `Application "${application.appId}" has this certificate already`,
      cause: error,
    })
  }
  return record
}

function insert(context: DomainContext, caller: Caller, record: ClientCertificateRecord): Promise<void> {
  return context.store.transaction(async (tx) => {
    await tx.clientCertificates.insert(record)
    await recordEvent(tx, context, {
      tenantId: record.tenantId,
      actor: caller.principalId,
      action: "ClientCertificateAdd",
      target: record.appId,
      correlationId: caller.correlationId,
      details: {
        clientCertificateId: record.id,
        thumbprintSha256: record.thumbprintSha256,
        expiresAt: record.expiresAt,
      },
    })
  })
}

function toRecord(
  { clock, ids }: DomainContext,
  { tenantId, appId }: { tenantId: string; appId: string },
  request: NewClientCertificate,
): ClientCertificateRecord {
  const certificate = parse(request.certificate)
  if (certificate.notAfter < clock.now()) throw refused("The certificate has expired: register a current one")
  const weakness = findKeyWeakness(certificate.publicKey)
  const isOfUse = certificate.keyType === "RSA" || certificate.curve === "P-256"
  if (weakness !== undefined || !isOfUse) {
    throw refused("The certificate's key cannot sign assertions: use RSA of at least 2048 bits, or P-256")
  }
  return {
    id: ids.guid(),
    tenantId,
    appId,
    displayName: request.displayName ?? certificate.subject,
    certificate: certificate.der,
    thumbprintSha1: Buffer.from(certificate.thumbprintSha1).toString("hex"),
    thumbprintSha256: Buffer.from(certificate.thumbprintSha256).toString("hex"),
    startsAt: certificate.notBefore,
    expiresAt: certificate.notAfter,
  }
}

function parse(certificate: Uint8Array | string): Certificate {
  try {
    return parseCertificate(certificate)
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error
    throw refused("Not one X.509 certificate in DER or PEM; leave out the private key and the chain", error)
  }
}

function refused(detail: string, cause?: unknown): DomainError {
  return cause === undefined
    ? invalidInput("certificate", "certificate", detail)
    : new DomainError("invalidInput", "certificate", { target: "certificate", detail, cause })
}
