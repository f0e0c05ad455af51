import { createPublicKey, type KeyObject } from "node:crypto"

/** Why a public (or private) key must not be trusted; a closed list. */
export type KeyWeakness = "unsupportedType" | "modulusTooShort" | "modulusTooLong" | "badExponent" | "roca"

const minModulusBits = 2048
/** Keeps the cost of one verification bounded; Key Vault itself stops at 4,096. */
const maxModulusBits = 8192
const maxExponent = 2n ** 33n
const curves = new Set(["prime256v1", "secp384r1", "secp521r1", "secp256k1"])
const verdicts = new WeakMap<KeyObject, KeyWeakness | "strong">()

/**
 * Returns why a key must be refused, or undefined when it is fit for use: RSA of 2,048 to 8,192 bits with an odd
 * exponent above 1 and no ROCA structure, or EC on P-256, P-384, P-521 or secp256k1. The verdict is remembered per
 * `KeyObject`, so asking on every verification is cheap. Whether an EC point lies on its curve is checked by Node when
 * the `KeyObject` is made.
 *
 * @see contracts/entra.md 6.3
 */
export function findKeyWeakness(key: KeyObject): KeyWeakness | undefined {
  let verdict = verdicts.get(key)
  if (verdict === undefined) {
    verdict = judge(key)
    verdicts.set(key, verdict)
  }
  return verdict === "strong" ? undefined : verdict
}

function judge(key: KeyObject): KeyWeakness | "strong" {
  const details = key.asymmetricKeyDetails
  if (key.asymmetricKeyType === "ec")
    return curves.has(details?.namedCurve ?? "") ? "strong" : "unsupportedType"
  if (key.asymmetricKeyType !== "rsa" || details === undefined) return "unsupportedType"
  const { modulusLength = 0, publicExponent = 0n } = details
  if (modulusLength < minModulusBits) return "modulusTooShort"
  if (modulusLength > maxModulusBits) return "modulusTooLong"
  if (publicExponent <= 1n || publicExponent % 2n === 0n || publicExponent > maxExponent) return "badExponent"
  return hasRocaFingerprint(key) ? "roca" : "strong"
}

/**
 * Tells whether the modulus was made by the flawed Infineon library (CVE-2017-15361): modulo each small prime it is a
 * power of 65537. A sound modulus looks so about once in 2^27, and is then refused as well.
 *
 * @see The Return of Coppersmith's Attack, section 2, https://crocs.fi.muni.cz/public/papers/rsa_ccs17
 */
function hasRocaFingerprint(key: KeyObject): boolean {
  const { n } = (key.type === "private" ? createPublicKey(key) : key).export({ format: "jwk" })
  const modulus = BigInt(`0x${Buffer.from(n ?? "", "base64url").toString("hex")}`)
  return rocaPrimes.every((prime) => powersOf65537(prime).has(Number(modulus % BigInt(prime))))
}

const rocaPrimes = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107,
  109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
]

function powersOf65537(prime: number): ReadonlySet<number> {
  const powers = new Set<number>()
  for (let power = 1; !powers.has(power); power = (power * 65537) % prime) powers.add(power)
  return powers
}
