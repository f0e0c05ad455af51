import type { KeyObject } from "node:crypto"
import { digestsEqual, hmacSha256 } from "./mac.ts"

export { digestsEqual } from "./mac.ts"

/** Anything stored with the digest of a secret. */
export interface DigestHolder {
  readonly digest: Uint8Array
}

/**
 * Returns the 32-byte keyed digest under which a generated secret is stored. For generated secrets only (128 bits of
 * randomness or more); what a person chose goes through `password-hash.ts`.
 *
 * @param pepper key from `importMacKey`, kept outside the database
 */
export function digestSecret(pepper: KeyObject, text: string): Uint8Array {
  return hmacSha256(pepper, text)
}

/**
 * Returns the candidate whose digest is that of `text`, or undefined. All candidates are compared, whatever comes
 * first, so the time tells neither which one matched nor whether any did.
 */
export function findMatchingDigest<Candidate extends DigestHolder>(
  pepper: KeyObject,
  text: string,
  candidates: readonly Candidate[],
): Candidate | undefined {
  const digest = digestSecret(pepper, text)
  let match = -1
  for (let index = 0; index < candidates.length; index += 1) {
    const equal = Number(digestsEqual(digest, candidates[index]!.digest))
    // Branch-free: keeps `match` when unequal, takes `index` when equal.
    match += (index - match) * equal
  }
  return candidates[match]
}
