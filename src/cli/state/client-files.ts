import { homedir } from "node:os"
import { isAbsolute, join } from "node:path"

/** The client's own files, in a folder of 0700. All but the bundle of public certificates are 0600. */
export interface ClientFiles {
  folder: string
  /** Servers, accounts and subscriptions. */
  profile: string
  /** Access tokens: what `bin/hot.js` reads. */
  tokens: string
  /** What proves the accounts: client secrets, paths of certificates. */
  credentials: string
  /** What `trust` writes: the system's authorities and ours. */
  caBundle: string
}

/** `$KEYBEARER_CONFIG_DIR`, else below the XDG state folder. `bin/hot.js` finds it in the same way. */
export function clientFiles(env: Readonly<Record<string, string | undefined>>): ClientFiles {
  const folder = env.KEYBEARER_CONFIG_DIR || join(stateFolder(env), "keybearer")
  return {
    folder,
    profile: join(folder, "profile.json"),
    tokens: join(folder, "tokens.json"),
    credentials: join(folder, "credentials.json"),
    caBundle: join(folder, "ca-bundle.pem"),
  }
}

/** @see XDG Base Directory Specification, https://specifications.freedesktop.org/basedir-spec/latest/ */
function stateFolder(env: Readonly<Record<string, string | undefined>>): string {
  const given = env.XDG_STATE_HOME
  if (given && isAbsolute(given)) return given
  return join(env.HOME || homedir(), ".local", "state")
}
