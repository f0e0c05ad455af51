import { type SdkClock, systemClock } from "./clock.ts"
import { SdkError } from "./errors.ts"
import { withFileLock } from "./file-lock.ts"
import { findFileText, writePrivateFile } from "./private-file.ts"

/** A token that runs out sooner than this is not handed out: it could end on its way. As the Azure CLI does. */
export const expiryMarginSeconds = 300

/** Which token: the same resource may have one from every authority, tenant and account. */
export interface TokenKey {
  /** Address of the token service, without a slash at the end. */
  authority: string
  tenantId: string
  /** Id of the application, or of the managed identity. */
  account: string
  /** As asked for: `https://vault.azure.net/.default`. */
  scope: string
}

export interface CachedToken extends TokenKey {
  /** Epoch seconds. */
  expiresAt: number
  token: string
}

export interface TokenCache {
  /** The token of exactly this key that lives for at least 300 more seconds. */
  find(key: TokenKey): Promise<CachedToken | undefined>
  /** All that have not run out, in no order. */
  list(): Promise<CachedToken[]>
  /** Adds a token, in place of the one with the same key; those that have run out go. */
  set(token: CachedToken): Promise<void>
  /** Removes what the test says, and tells how many. */
  delete(test: (token: CachedToken) => boolean): Promise<number>
}

/** The file: `bin/hot.js` reads the same shape. */
interface TokenFile {
  version: 1
  tokens: CachedToken[]
}

/**
 * A cache in one file of mode 0600, shared by all processes of one person. Readers take no lock; writers do, so
 * that two that write at once lose neither's token.
 */
export function openTokenCache(path: string, clock: SdkClock = systemClock): TokenCache {
  const change = (edit: (tokens: CachedToken[]) => CachedToken[]) =>
    withFileLock(path, async () => {
      const tokens = edit(alive(await readTokens(path), clock.now()))
      const file: TokenFile = { version: 1, tokens }
      await writePrivateFile(path, JSON.stringify(file))
    })

  return {
    find: async (key) => pickToken(await readTokens(path), key, clock.now()),
    list: async () => alive(await readTokens(path), clock.now()),
    set: (token) => change((tokens) => [token, ...tokens.filter((other) => !sameKey(other, token))]),
    delete: async (test) => {
      let count = 0
      await change((tokens) => {
        const kept = tokens.filter((token) => !test(token))
        count = tokens.length - kept.length
        return kept
      })
      return count
    },
  }
}

/** A cache that ends with its process. */
export function createMemoryTokenCache(clock: SdkClock = systemClock): TokenCache {
  let tokens: CachedToken[] = []
  return {
    find: async (key) => pickToken(tokens, key, clock.now()),
    list: async () => alive(tokens, clock.now()),
    set: async (token) => {
      tokens = [token, ...alive(tokens, clock.now()).filter((other) => !sameKey(other, token))]
    },
    delete: async (test) => {
      const before = tokens.length
      tokens = tokens.filter((token) => !test(token))
      return before - tokens.length
    },
  }
}

function pickToken(tokens: readonly CachedToken[], key: TokenKey, now: number): CachedToken | undefined {
  return tokens.find((token) => sameKey(token, key) && token.expiresAt - now >= expiryMarginSeconds)
}

function sameKey(a: TokenKey, b: TokenKey): boolean {
  return (
    a.authority === b.authority && a.tenantId === b.tenantId && a.account === b.account && a.scope === b.scope
  )
}

function alive(tokens: readonly CachedToken[], now: number): CachedToken[] {
  return tokens.filter(({ expiresAt }) => expiresAt > now)
}

async function readTokens(path: string): Promise<CachedToken[]> {
  const text = await findFileText(path)
  if (text === undefined) return []
  try {
    const file = JSON.parse(text) as Partial<TokenFile>
    if (file.version === 1 && Array.isArray(file.tokens)) return file.tokens
  } catch {
    // Told below, with the cure.
  }
  throw new SdkError("invalidInput", `Cannot read the token cache ${path}: delete it and sign in again`)
}
