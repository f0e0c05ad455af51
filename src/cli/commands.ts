/**
 * The commands, one file each in commands/, loaded when they run. A file holds a command's arguments, examples and
 * work; its name and its sentence are its row here. Talking to servers is sdk/; a command parses, calls and shapes.
 *
 * Governing documents: contracts/az.md 5 and 6, STORIES A to C.
 */
import type { AnyCommand } from "./command.ts"

export interface CommandEntry {
  name: string
  summary: string
  /** Reads its arguments from its own table. */
  parsesItself?: true
  readonly load: () => Promise<AnyCommand>
}

// prettier-ignore
export const commands: readonly CommandEntry[] = [
  row("serve", "Starts the server and says where everything is.", async () => (await import("./commands/serve.ts")).command, { parsesItself: true }),
  row("login", "Signs in: with a client secret, a certificate, a managed identity or a bootstrap file.", async () => (await import("./commands/login.ts")).command),
  row("logout", "Forgets an account, its tokens and what proves it.", async () => (await import("./commands/logout.ts")).command),
  row("account show", "Shows the subscription that is used.", async () => (await import("./commands/account-show.ts")).command),
  row("account list", "Lists the subscriptions of all accounts.", async () => (await import("./commands/account-list.ts")).command),
  row("account set", "Chooses the subscription that is used.", async () => (await import("./commands/account-set.ts")).command),
  row("account clear", "Forgets all accounts and tokens.", async () => (await import("./commands/account-clear.ts")).command),
  row("account get-access-token", "Gets a token as the Azure CLI's command of the same name does.", async () => (await import("./commands/account-get-access-token.ts")).command),
  row("token get", "Gets a token and prints it alone.", async () => (await import("./commands/token-get.ts")).command),
  row("token list", "Lists the cached tokens without their values.", async () => (await import("./commands/token-list.ts")).command),
  row("rest", "Calls any API with the token that its address needs.", async () => (await import("./commands/rest.ts")).command),
  row("vault create", "Creates a vault, or leaves it as it is.", async () => (await import("./commands/vault-create.ts")).command),
  row("vault list", "Lists the vaults of the subscription.", async () => (await import("./commands/vault-list.ts")).command),
  row("vault show", "Shows a vault and its address.", async () => (await import("./commands/vault-show.ts")).command),
  row("vault secret set", "Sets a secret, or a new version of it.", async () => (await import("./commands/vault-secret-set.ts")).command),
  row("vault secret show", "Shows a secret with its value.", async () => (await import("./commands/vault-secret-show.ts")).command),
  row("vault secret list", "Lists the secrets of a vault without their values.", async () => (await import("./commands/vault-secret-list.ts")).command),
  row("vault secret delete", "Deletes a secret; it can be recovered.", async () => (await import("./commands/vault-secret-delete.ts")).command),
  row("vault certificate import", "Imports a certificate with its private key from a PFX or PEM file.", async () => (await import("./commands/vault-certificate-import.ts")).command),
  row("vault certificate list", "Lists the certificates of a vault.", async () => (await import("./commands/vault-certificate-list.ts")).command),
  row("vault certificate download", "Writes a certificate with its private key to a file.", async () => (await import("./commands/vault-certificate-download.ts")).command),
  row("role assign", "Gives a role on a vault, or on one thing in it.", async () => (await import("./commands/role-assign.ts")).command),
  row("role list", "Lists who has which role where.", async () => (await import("./commands/role-list.ts")).command),
  row("trust", "Prints what makes programs trust the server's certificate.", async () => (await import("./commands/trust.ts")).command),
  row("doctor", "Finds what is wrong with this machine's set-up, and says the cure.", async () => (await import("./commands/doctor.ts")).command),
]

function row(
  name: string,
  summary: string,
  load: CommandEntry["load"],
  more: Pick<CommandEntry, "parsesItself"> = {},
): CommandEntry {
  return { name, summary, load, ...more }
}
