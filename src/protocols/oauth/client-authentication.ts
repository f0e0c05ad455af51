import type { ProofKind } from "../../domain/client-authentication/index.ts"
import { jwtBearerAssertionType } from "../../wire/oauth.ts"
import { OAuthError } from "./errors.ts"
import { decode, findParameter, type Form, requireParameter } from "./form.ts"

/** What a request says of the client that makes it; nothing is proven yet. */
export interface PresentedClient {
  clientId: string
  proof: { kind: ProofKind; presented: string } | undefined
}

type Proof = NonNullable<PresentedClient["proof"]>

/** Longer than any official client's by far; checked before anything is decoded. */
const maxAssertionLength = 16 * 1024

/**
 * Reads client id and credential: a secret in the form (`client_secret_post`), both in HTTP Basic
 * (`client_secret_basic`), or an assertion (`private_key_jwt`).
 *
 * @throws OAuthError 900144 no client id; 9002313 several credentials, or two client ids
 * @see RFC 6749 section 2.3, https://www.rfc-editor.org/rfc/rfc6749.html#section-2.3
 */
export function readClient(form: Form, authorization: string | undefined): PresentedClient {
  const basic = readBasic(authorization)
  const proofs = [basic?.proof, readSecret(form), readAssertion(form)].filter((proof) => proof !== undefined)
  if (proofs.length > 1) {
    throw new OAuthError(9002313, { detail: "Send one credential: a client secret or a client assertion" })
  }
  if (basic !== undefined && (findParameter(form, "client_id") ?? basic.clientId) !== basic.clientId) {
    throw new OAuthError(9002313, { detail: "The client ids of header and body differ" })
  }
  return { clientId: basic?.clientId ?? requireParameter(form, "client_id"), proof: proofs[0] }
}

function readSecret(form: Form): Proof | undefined {
  const presented = findParameter(form, "client_secret")
  return presented === undefined ? undefined : { kind: "clientSecret", presented }
}

function readAssertion(form: Form): Proof | undefined {
  const type = findParameter(form, "client_assertion_type")
  const presented = findParameter(form, "client_assertion")
  if (type === undefined && presented === undefined) return undefined
  if (requireParameter(form, "client_assertion_type") !== jwtBearerAssertionType) {
    throw new OAuthError(9002313, { detail: `The client_assertion_type has to be ${jwtBearerAssertionType}` })
  }
  const assertion = requireParameter(form, "client_assertion")
  if (assertion.length > maxAssertionLength) {
    throw new OAuthError(50027, { detail: "It is longer than 16384 characters" })
  }
  return { kind: "clientAssertion", presented: assertion }
}

/** Other schemes are none of the token endpoint's, and are left alone. */
function readBasic(authorization: string | undefined): { clientId: string; proof: Proof } | undefined {
  const [, encoded] = /^basic +([A-Za-z0-9+/_-]+=*) *$/i.exec(authorization ?? "") ?? []
  if (encoded === undefined) return undefined
  const [clientId = "", ...secret] = Buffer.from(encoded, "base64").toString("utf8").split(":")
  return {
    clientId: decode(clientId),
    proof: { kind: "clientSecret", presented: decode(secret.join(":")) },
  }
}
