import type { Credential } from "./credentials/index.ts"
import type { AccessToken } from "./token-client.ts"
import type { TokenCache } from "./token-cache.ts"

/** Hands out tokens for one account in one tenant: from the cache while they last, else fresh ones. */
export interface TokenSource {
  readonly getToken: (scope: string) => Promise<AccessToken>
}

export interface TokenSourceOptions {
  credential: Credential
  cache: TokenCache
  authority: string
  tenantId: string
}

/** Calls for the same scope at the same time share one request. */
export function createTokenSource({
  credential,
  cache,
  authority,
  tenantId,
}: TokenSourceOptions): TokenSource {
  const pending = new Map<string, Promise<AccessToken>>()

  const acquire = async (scope: string): Promise<AccessToken> => {
    const key = { authority, tenantId, account: credential.account, scope }
    const cached = await cache.find(key)
    if (cached) return cached
    const fresh = await credential.requestToken({ tenantId, scope })
    await cache.set({ ...key, ...fresh })
    return fresh
  }

  return {
    getToken: (scope) => {
      const running = pending.get(scope) ?? acquire(scope).finally(() => pending.delete(scope))
      pending.set(scope, running)
      return running
    },
  }
}
