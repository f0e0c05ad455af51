/**
 * Cryptography: the only folder that touches primitives. It owns randomness, sealing of data at rest, digests of
 * secrets and passwords, compact JWS, public JWKs, X.509, PKCS#12 and PEM. It knows no product: no tenants, vaults,
 * claims, storage or HTTP, and it imports only `node:` and its own files. Callers import the file they need
 * (`crypto/seal.ts`), since a file here says what it does; this one is the map and exports nothing.
 *
 * | Need | File |
 * | --- | --- |
 * | bytes, GUIDs, client secrets | `random.ts`, `base64url.ts` |
 * | data at rest | `seal.ts`, `root-key.ts` |
 * | digests of generated secrets, passwords, HMAC | `secret-hash.ts`, `password-hash.ts`, `mac.ts` |
 * | tokens | `jws.ts`, `jwk.ts`, `key-strength.ts`, `strict-json.ts`, `signing-keys.ts` |
 * | keys, certificates, requests | `key-pairs.ts`, `x509.ts`, `x509-issue.ts` |
 * | files with key and certificates | `pfx.ts`, `pem-bundle.ts`, both giving a `key-bundle.ts`; `pem.ts` |
 * | encodings underneath them | `der.ts`, `x509-names.ts`, `x509-extensions.ts`, `pfx-ciphers.ts`, `rc2.ts` |
 *
 * All of it stands on `node:crypto` without a library, so importing it costs no start time. ASN.1 is read and written
 * here because every byte of it is hostile input: bounds, strictness and the kind of failure are then ours.
 *
 * Rules: keys are `KeyObject`s made once; comparisons of secrets take the same time whatever they hold; untrusted
 * input is bounded before it is parsed; no error message holds a secret, a token or a digest.
 *
 * Governing documents: DESIGN 5 (security model), SECURITY.md (threat model), contracts/entra.md 6.3 (attack
 * checklist), contracts/keyvault.md 3.2-3.5 (certificates).
 */
export {}
