import { findMatchingDigest } from "../../crypto/secret-hash.ts"
import { listClientSecrets } from "../applications/index.ts"
import { DomainError } from "../errors.ts"
import type { ClientProof } from "./client-proof.ts"

/**
 * `client_secret_post` and `client_secret_basic`: the text of any secret of the application that is in its time.
 *
 * All secrets are compared whatever comes first, expired ones too, so that time tells nothing and an expired one can
 * be named as such.
 *
 * @see RFC 6749 section 2.3.1, https://www.rfc-editor.org/rfc/rfc6749.html#section-2.3.1
 */
export const clientSecret: ClientProof = {
  strength: "secret",
  async verify(context, { application }, presented) {
    const secrets = await listClientSecrets(context, application.appId)
    const now = context.clock.now()
    const candidates = secrets
      .map((secret) => ({
        digest: secret.secretDigest,
        inTime: secret.startsAt <= now && now < secret.expiresAt,
        secret,
      }))
      // The last match is the one found: of two secrets with the same text, the one in its time.
      .toSorted((one, other) => Number(one.inTime) - Number(other.inTime))
    const match = findMatchingDigest(context.keyring.pepper, presented, candidates)
    if (match?.inTime) return
    if (match !== undefined && match.secret.expiresAt <= now) throw expired(application.appId)
    throw new DomainError("unauthenticated", "clientSecret", {
      detail: `No secret of application "${application.appId}" matches`,
    })
  },
}

function expired(appId: string): DomainError {
  return new DomainError("expired", "clientSecret", {
    detail: `The secret of application "${appId}" has expired`,
  })
}
