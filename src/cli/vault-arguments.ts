import type { Options } from "./command.ts"

/** Arguments of all commands about one thing in a vault. */
export const inVault = {
  "vault-name": { value: "VAULT", required: true, sentence: "Name of the vault, or its whole address." },
} as const satisfies Options

/** Where vaults are made when nothing else is said: as the server's first start makes them. */
export const defaultResourceGroup = "keybearer"
export const defaultLocation = "local"

/** The last part of an id: `https://demo.vault.azure.net/secrets/name/version` is `name`. */
export function nameOf(id: string): string {
  return new URL(id).pathname.split("/")[2] ?? ""
}
