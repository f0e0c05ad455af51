import { type PublicJwk, toPublicJwk } from "../../crypto/jwk.ts"
import { seal, unseal } from "../../crypto/seal.ts"
import {
  exportSigningKey,
  generateSigningKey,
  importSigningKey,
  type SigningKey,
} from "../../crypto/signing-keys.ts"
import type { SigningKeyRecord } from "../../storage/records.ts"
import { recordEvent } from "../audit/index.ts"
import type { DomainContext } from "../context.ts"
import { revisionCache } from "../revision-cache/index.ts"

/** What the world may know of a signing key. */
export interface PublishedSigningKey {
  kid: string
  jwk: Extract<PublicJwk, { kty: "RSA" }>
  certificateDer: Uint8Array
}

export interface KnownKey {
  record: SigningKeyRecord
  key: SigningKey
}

const use = "access-token"
const known = revisionCache<readonly KnownKey[]>(["signingKeys"])

/** Makes the first token-signing key, unless there is one. Several servers may start at the same instant. */
export async function ensureSigningKeys(context: DomainContext): Promise<void> {
  const { store, clock, keyring } = context
  if ((await store.signingKeys.list({ where: { use }, limit: 1 })).length > 0) return
  const createdAt = clock.now()
  const key = await generateSigningKey({ now: createdAt })
  const { privateKeyPkcs8, certificateDer } = exportSigningKey(key)
  const sealingKey = keyring.signingSealingKey
  const sealedKey = seal(sealingKey, privateKeyPkcs8, placeOf(key.kid))
  privateKeyPkcs8.fill(0)
  await store.transaction(async (tx) => {
    if ((await tx.signingKeys.list({ where: { use }, limit: 1 })).length > 0) return
    await tx.signingKeys.insert({
      id: key.kid,
      use,
      dataKeyId: sealingKey.id,
      sealedKey,
      certificate: certificateDer,
      createdAt,
      activeAt: createdAt,
      retiredAt: null,
    })
    await recordEvent(tx, context, {
      tenantId: null,
      actor: "system",
      action: "SigningKeyCreate",
      target: key.kid,
    })
  })
}

/** The keys whose signatures hold now, and those that will sign soon: what the key set shows. */
export async function listPublishedSigningKeys(context: DomainContext): Promise<PublishedSigningKey[]> {
  const keys = await currentKeys(context)
  return keys.map(({ key }) => toPublished(key))
}

function toPublished({ kid, publicKey, certificate }: SigningKey): PublishedSigningKey {
  const jwk = toPublicJwk(publicKey)
  if (jwk.kty !== "RSA") throw new TypeError(`Signing key ${kid} is no RSA key`)
  return { kid, jwk, certificateDer: certificate.der }
}

/** The key that signs now: the one that began last. */
export async function getActiveSigningKey(context: DomainContext): Promise<SigningKey> {
  const now = context.clock.now()
  const begun = (await currentKeys(context)).filter(({ record }) => record.activeAt <= now)
  const active = begun.toSorted((one, other) => other.record.activeAt - one.record.activeAt)[0]
  if (active === undefined)
    throw new Error("The store has no key that signs tokens; start the server once more")
  return active.key
}

/** The key with that id, if its signatures hold now. */
export async function findSigningKey(context: DomainContext, kid: string): Promise<KnownKey | undefined> {
  return (await currentKeys(context)).find(({ key }) => key.kid === kid)
}

async function currentKeys(context: DomainContext): Promise<readonly KnownKey[]> {
  const keys = await unsealedKeys(context)
  return keys.filter((known) => !isRetired(known, context.clock.now()))
}

/** Whether signatures of the key hold no longer. */
export function isRetired({ record }: KnownKey, now: number): boolean {
  return record.retiredAt !== null && record.retiredAt <= now
}

async function unsealedKeys({ store, keyring }: DomainContext): Promise<readonly KnownKey[]> {
  const cache = known(store)
  let keys = cache.get(use)
  if (keys === undefined) {
    const records = await store.signingKeys.list({ where: { use } })
    keys = records.map((record) => ({ record, key: openRecord(record, keyring) }))
    cache.set(use, keys)
  }
  return keys
}

/** @throws SealError the record was changed or moved */
function openRecord(record: SigningKeyRecord, keyring: DomainContext["keyring"]): SigningKey {
  if (record.certificate === null) throw new TypeError(`Signing key ${record.id} has no certificate`)
  const privateKeyPkcs8 = unseal(keyring.signingSealingKey, record.sealedKey, placeOf(record.id))
  const key = importSigningKey({ privateKeyPkcs8, certificateDer: record.certificate })
  privateKeyPkcs8.fill(0)
  return key
}

function placeOf(kid: string): string[] {
  return ["signing-key", kid]
}
