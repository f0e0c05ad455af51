import { findFileText, withFileLock, writePrivateFile } from "../../sdk/index.ts"
import { CliError } from "../errors.ts"

/**
 * What proves one application at one authority. A certificate stays in its file and is named here.
 * A store of certificates found by subject (STORIES A5) and system keyrings belong here too, as further kinds.
 */
export interface StoredCredential {
  authority: string
  tenantId: string
  clientId: string
  proof: Proof
}

export type Proof =
  | { kind: "clientSecret"; clientSecret: string }
  | { kind: "clientCertificate"; path: string }
  | { kind: "federatedToken"; path: string }

export interface CredentialFile {
  find(key: CredentialKey): Promise<StoredCredential | undefined>
  list(): Promise<StoredCredential[]>
  set(credential: StoredCredential): Promise<void>
  delete(test: (credential: StoredCredential) => boolean): Promise<void>
}

export type CredentialKey = Pick<StoredCredential, "authority" | "clientId"> & { tenantId?: string }

export function openCredentialFile(path: string): CredentialFile {
  const list = async () => parseCredentials(await findFileText(path), path)
  const change = (edit: (credentials: StoredCredential[]) => StoredCredential[]) =>
    withFileLock(path, async () => {
      const credentials = edit(await list())
      await writePrivateFile(path, `${JSON.stringify({ version: 1, credentials }, null, 2)}\n`)
    })

  return {
    list,
    find: async (key) => (await list()).find((credential) => matches(credential, key)),
    set: (credential) => change((all) => [credential, ...all.filter((other) => !matches(other, credential))]),
    delete: (test) => change((all) => all.filter((credential) => !test(credential))),
  }
}

function matches(credential: StoredCredential, { authority, clientId, tenantId }: CredentialKey): boolean {
  const sameTenant = tenantId === undefined || credential.tenantId === tenantId
  return sameTenant && credential.authority === authority && credential.clientId === clientId
}

function parseCredentials(text: string | undefined, path: string): StoredCredential[] {
  if (text === undefined) return []
  try {
    const file = JSON.parse(text) as { version?: unknown; credentials?: unknown }
    if (file.version === 1 && Array.isArray(file.credentials)) return file.credentials as StoredCredential[]
  } catch {
    // Told below, with the cure.
  }
  throw new CliError(`Cannot read ${path}`, { hints: ["Delete it and sign in again."] })
}
