import { encodeBase64url } from "../../crypto/base64url.ts"
import { digestSecret, digestsEqual } from "../../crypto/secret-hash.ts"
import type { DomainContext } from "../context.ts"

/** No client secret can be this text, as none has a control character. */
const purpose = "\0identity header"

/**
 * The secret that workloads of this machine send to the App Service endpoint: `IDENTITY_HEADER`. It is derived from
 * the pepper, so that it belongs to the installation, outlives a restart and is kept nowhere.
 */
export function identityHeaderOf({ keyring }: DomainContext): string {
  return encodeBase64url(digestSecret(keyring.pepper, purpose))
}

/** Whether a workload knows it. Digests are compared, so that time tells neither content nor length. */
export function isIdentityHeader({ keyring }: DomainContext, expected: string, presented: string): boolean {
  return digestsEqual(digestSecret(keyring.pepper, expected), digestSecret(keyring.pepper, presented))
}
