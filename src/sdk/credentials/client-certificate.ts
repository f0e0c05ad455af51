import { constants, createPrivateKey, type KeyObject, sign, X509Certificate } from "node:crypto"
import { type SdkClock, systemClock } from "../clock.ts"
import { SdkError } from "../errors.ts"
import type { TokenClient } from "../token-client.ts"
import { grantTypes, jwtBearerAssertionType } from "../../wire/oauth.ts"
import type { Credential } from "./index.ts"

export interface ClientCertificateOptions {
  tokenClient: TokenClient
  clientId: string
  /** Certificate and private key, one after the other in either order. */
  pem: string
  /** Of an encrypted private key. */
  passphrase?: string
  /** Default PS256, which current SDKs send. */
  algorithm?: "PS256" | "RS256"
  clock?: SdkClock
}

const lifetimeSeconds = 600

/**
 * Proves an application by a JWT signed with a private key whose certificate is registered on it.
 *
 * @throws SdkError `invalidInput` - no certificate or no key in the PEM, or they do not belong together
 * @see RFC 7523 section 2.2, https://www.rfc-editor.org/rfc/rfc7523.html#section-2.2
 */
export function clientCertificateCredential(options: ClientCertificateOptions): Credential {
  const { tokenClient, clientId, algorithm = "PS256", clock = systemClock } = options
  const { certificate, privateKey } = readPem(options.pem, options.passphrase)
  const thumbprint = Buffer.from(certificate.fingerprint256.replaceAll(":", ""), "hex").toString("base64url")
  const header = { alg: algorithm, typ: "JWT", "x5t#S256": thumbprint }

  return {
    account: clientId,
    requestToken: async ({ tenantId, scope }) => {
      const audience = await tokenClient.findTokenEndpoint(tenantId)
      const claims = assertionClaims(clientId, audience, clock.now())
      return tokenClient.requestToken(tenantId, {
        grant_type: grantTypes.clientCredentials,
        client_id: clientId,
        client_assertion_type: jwtBearerAssertionType,
        client_assertion: signAssertion(header, claims, privateKey),
        scope,
      })
    },
  }
}

function assertionClaims(clientId: string, audience: string, now: number) {
  return {
    aud: audience,
    iss: clientId,
    sub: clientId,
    jti: crypto.randomUUID(),
    iat: now,
    nbf: now,
    exp: now + lifetimeSeconds,
  }
}

function signAssertion(header: { alg: "PS256" | "RS256" }, claims: object, key: KeyObject): string {
  const signed = `${encode(header)}.${encode(claims)}`
  const padding =
    header.alg === "PS256"
      ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      : { padding: constants.RSA_PKCS1_PADDING }
  return `${signed}.${sign("sha256", Buffer.from(signed), { key, ...padding }).toString("base64url")}`
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url")
}

function readPem(pem: string, passphrase: string | undefined) {
  const certificate = readPart("certificate", () => new X509Certificate(findBlock(pem, "CERTIFICATE")))
  const privateKey = readPart("private key", () => {
    const block = findBlock(pem, "(?:RSA |ENCRYPTED )?PRIVATE KEY")
    return createPrivateKey(passphrase === undefined ? block : { key: block, passphrase })
  })
  if (privateKey.asymmetricKeyType !== "rsa") {
    throw new SdkError("invalidInput", "The certificate's private key is not an RSA key")
  }
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new SdkError("invalidInput", "The private key does not belong to the certificate")
  }
  return { certificate, privateKey }
}

function findBlock(pem: string, label: string): string {
  const block = new RegExp(`-----BEGIN ${label}-----[\\s\\S]+?-----END ${label}-----`).exec(pem)?.[0]
  if (block === undefined) throw new Error(`No ${label} block`)
  return block
}

/** The parser's own words may quote what it read, so that they stay in `cause`. */
function readPart<T>(part: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new SdkError("invalidInput", `Cannot read the ${part} in the PEM file`, { cause })
  }
}
