/**
 * The keys that sign app tokens: random, or the operator's own text so that several installations
 * understand each other's tokens. The newest signs, all verify. Sealed at rest.
 * @see contracts/app-tokens.md 1.1, 1.6
 */
import type { KeyObject } from "node:crypto"
import { digestsEqual, importMacKey } from "../../crypto/mac.ts"
import { randomBytes } from "../../crypto/random.ts"
import { seal, unseal } from "../../crypto/seal.ts"
import type { SigningKeyRecord } from "../../storage/records.ts"
import type { Transaction } from "../../storage/store.ts"
import { recordEvent } from "../audit/index.ts"
import type { DomainContext } from "../context.ts"
import { DomainError, invalidInput } from "../errors.ts"
import { revisionCache } from "../revision-cache/index.ts"
import type { AppTokenContext } from "./settings.ts"

/** The vendor's documented example; whoever reads the documentation can sign with it. */
export const documentedDefaultSigningKey = "PleaseUseYourOwnSigningKeyHere"

export interface AppTokenSigningKey {
  id: string
  key: KeyObject
  /** Too short or published: never signs. */
  weak: boolean
  retiredAt: number | null
}

const randomKeyBytes = 64
const signingBytesMin = 32
const verifyingBytesMin = 16

/**
 * Makes sure that there is a key to sign with, at every start: the operator's when one is given,
 * otherwise a random one made once. A changed key signs from now on; the ones before still verify.
 *
 * @param signingKey the operator's text; its UTF-8 bytes are the key
 * @throws DomainError `invalidInput` - shorter than 32 bytes, or the documented default, and weak keys
 *   are not accepted; accepted ones only verify
 */
export async function ensureAppTokenSigningKey(
  context: AppTokenContext,
  { signingKey }: { signingKey?: string | undefined } = {},
): Promise<void> {
  const bytes = signingKey === undefined ? undefined : Buffer.from(signingKey, "utf8")
  if (bytes !== undefined) assertAcceptable(context, bytes)
  await context.store.transaction(async (tx) => {
    const stored = await storedKeys(context, tx)
    if (bytes !== undefined) await putOperatorKey(context, tx, stored, bytes)
    const canSign = stored.some((key) => !isWeak(key.bytes)) || (bytes !== undefined && !isWeak(bytes))
    if (!canSign) await insertKey(context, tx, randomBytes(randomKeyBytes))
  })
}

/** The key that signs now. @throws DomainError `conflict` - none was made at start */
export async function getActiveSigningKey(context: AppTokenContext): Promise<AppTokenSigningKey> {
  const current = (await listVerificationKeys(context)).find(({ weak }) => !weak)
  if (current !== undefined) return current
  throw new DomainError("conflict", "appToken", {
    detail: "There is no key to sign app tokens with. Restart the server; it makes one at start",
  })
}

/** Every key whose signatures count, newest first. */
export async function listVerificationKeys(context: AppTokenContext): Promise<AppTokenSigningKey[]> {
  const { acceptWeakSigningKey } = context.appTokens
  const now = context.clock.now()
  const keys = await loadedKeys(context)
  return keys.filter(
    ({ weak, retiredAt }) => (acceptWeakSigningKey || !weak) && (retiredAt === null || retiredAt > now),
  )
}

interface StoredKey {
  record: SigningKeyRecord
  bytes: Uint8Array
}

/** Newest first. */
async function storedKeys(
  { keyring }: DomainContext,
  { signingKeys }: Pick<DomainContext["store"], "signingKeys">,
): Promise<StoredKey[]> {
  const records = await signingKeys.list({
    where: { use: "app-token" },
    orderBy: "activeAt",
    descending: true,
  })
  return records.map((record) => ({
    record,
    bytes: unseal(keyring.signingSealingKey, record.sealedKey, sealingPlace(record.id)),
  }))
}

async function putOperatorKey(
  context: DomainContext,
  tx: Transaction,
  stored: StoredKey[],
  bytes: Uint8Array,
): Promise<void> {
  const known = stored.find((key) => digestsEqual(key.bytes, bytes))
  const newest = stored[0]
  if (known !== undefined && (known === newest || isWeak(bytes))) return
  const now = context.clock.now()
  if (newest !== undefined && newest.record.activeAt >= now && !isWeak(bytes)) {
    // Two starts within a second: the order of keys stays one of instants.
    await tx.signingKeys.update({ ...newest.record, activeAt: now - 1 })
  }
  if (known === undefined) await insertKey(context, tx, bytes)
  else await tx.signingKeys.update({ ...known.record, activeAt: now })
}

async function insertKey(context: DomainContext, tx: Transaction, bytes: Uint8Array): Promise<void> {
  const { keyring, clock, ids } = context
  const id = ids.guid()
  await tx.signingKeys.insert({
    id,
    use: "app-token",
    dataKeyId: keyring.signingSealingKey.id,
    sealedKey: seal(keyring.signingSealingKey, bytes, sealingPlace(id)),
    certificate: null,
    createdAt: clock.now(),
    activeAt: clock.now(),
    retiredAt: null,
  })
  await recordEvent(tx, context, {
    tenantId: null,
    actor: "system",
    action: "AppTokenSigningKeyCreate",
    target: id,
    details: { verifiesOnly: isWeak(bytes) },
  })
}

function sealingPlace(id: string): string[] {
  return ["signing-key", "app-token", id]
}

function isWeak(bytes: Uint8Array): boolean {
  return bytes.length < signingBytesMin || digestsEqual(bytes, Buffer.from(documentedDefaultSigningKey))
}

function assertAcceptable({ appTokens }: AppTokenContext, bytes: Uint8Array): void {
  if (!isWeak(bytes) || (appTokens.acceptWeakSigningKey && bytes.length >= verifyingBytesMin)) return
  throw invalidInput(
    "appToken",
    "signingKey",
    "The app-token signing key has fewer than 32 bytes or is the published example. Give a random one of 32 bytes or more; to go on checking tokens signed with this one, accept weak keys for verification",
  )
}

const loaded = revisionCache<AppTokenSigningKey[]>(["signingKeys"])

/** Newest first. */
async function loadedKeys(context: DomainContext): Promise<AppTokenSigningKey[]> {
  const memory = loaded(context.store)
  const known = memory.get("all")
  if (known !== undefined) return known
  const keys = (await storedKeys(context, context.store)).map(toLoadedKey)
  memory.set("all", keys)
  return keys
}

function toLoadedKey({ record, bytes }: StoredKey): AppTokenSigningKey {
  return { id: record.id, key: importMacKey(bytes), weak: isWeak(bytes), retiredAt: record.retiredAt }
}
