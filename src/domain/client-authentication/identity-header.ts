import { digestSecret, digestsEqual } from "../../crypto/secret-hash.ts"
import type { DomainContext } from "../context.ts"

/**
 * Whether a workload knows the secret of `IDENTITY_HEADER`. The digests are compared, so that time tells neither
 * content nor length.
 */
export function isIdentityHeader({ keyring }: DomainContext, expected: string, presented: string): boolean {
  return digestsEqual(digestSecret(keyring.pepper, expected), digestSecret(keyring.pepper, presented))
}
