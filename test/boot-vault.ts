/** An application with one vault, and calls to it as somebody with a role there. */
import type { ServicePrincipalRecord } from "../src/storage/records.ts"
import { type Boot, boot, type BootOptions } from "./boot.ts"
import type { Seed, SeededVault } from "./seed.ts"

export interface CallOptions {
  body?: unknown
  headers?: Record<string, string>
  /** Another token; `null` for none. */
  token?: string | null
}

export interface BootedVault extends SeededVault {
  booted: Boot
  seed: Seed
  /** Address of the vault, without a slash at the end. */
  url: string
  servicePrincipal: ServicePrincipalRecord
  token: string
  /** Sends a request to the vault; `path` with its query. */
  call(method: string, path: string, options?: CallOptions): Promise<Response>
  /** The same, and the body of the answer. */
  answer(method: string, path: string, options?: CallOptions): Promise<{ status: number; body: unknown }>
}

export async function bootVault(
  options: { role?: string | null; at?: string; vault?: Parameters<Seed["vault"]>[0] } & BootOptions = {},
): Promise<BootedVault> {
  const { role = "Key Vault Administrator", at = "", vault: settings, ...bootOptions } = options
  const booted = await boot(bootOptions)
  const { seed } = booted
  const seeded = await seed.vault({ name: "kv1", ...settings })
  const { servicePrincipal } = await seed.application()
  if (role !== null) await seed.assignRole(servicePrincipal.id, role, `${seeded.scope}${at}`)
  const token = await seed.token(servicePrincipal, "vault")
  const url = booted.vaultUrl(seeded.vault.name)

  const call: BootedVault["call"] = (method, path, { body, headers = {}, token: other = token } = {}) =>
    booted.send(method, `${url}${path}`, {
      ...(other === null ? {} : { token: other }),
      ...(body === undefined ? {} : { body }),
      headers,
    })
  return {
    ...seeded,
    booted,
    seed,
    url,
    servicePrincipal,
    token,
    call,
    answer: async (method, path, callOptions) => {
      const response = await call(method, path, callOptions)
      return { status: response.status, body: response.status === 204 ? undefined : await response.json() }
    },
  }
}

/** What a vault keeps, for a second look that a refused request changed nothing. */
export async function contentsOf({ booted, vault }: BootedVault): Promise<unknown> {
  const { store } = booted.context
  const where = { vaultId: vault.id }
  return {
    objects: await store.vaultObjects.list({ where }),
    versions: await store.vaultObjectVersions.list({ where }),
  }
}
