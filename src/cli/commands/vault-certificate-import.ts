import { readFile } from "node:fs/promises"
import { defineCommand, type Options, type Values } from "../command.ts"
import { usageError } from "../errors.ts"
import type { Session } from "../session.ts"
import { inVault } from "../vaults.ts"

const options = {
  name: {
    value: "NAME",
    short: "n",
    positional: true,
    required: true,
    sentence: "Letters, digits and dashes.",
  },
  ...inVault,
  file: {
    value: "FILE",
    short: "f",
    required: true,
    sentence: "PFX or PEM file with the certificate and its private key.",
  },
  "password-file": { value: "FILE", sentence: "File that holds the password of the PFX." },
  "password-env": { value: "VARIABLE", sentence: "Environment variable that holds it." },
  password: { value: "PASSWORD", sentence: "The password itself; others on this machine may see it." },
} as const satisfies Options

export const command = defineCommand({
  options,
  examples: [
    {
      does: "A PFX",
      line: "vault certificate import web --vault-name demo --file web.pfx --password-file password.txt",
    },
    { does: "A PEM file", line: "vault certificate import web --vault-name demo --file web.pem" },
  ],
  run: async (given, session) => {
    const password = await readPassword(given, session)
    const content = await readFile(given.file)
    const text = content.toString("utf8")
    const value = text.includes("-----BEGIN") ? text : content.toString("base64")
    const account = await session.account()
    const vault = await account.vault(given["vault-name"])
    return vault.importCertificate(given.name, { value, ...(password === undefined ? {} : { password }) })
  },
})

async function readPassword(given: Values<typeof options>, session: Session): Promise<string | undefined> {
  const { "password-file": file, "password-env": variable, password } = given
  const ways = [file, variable, password].filter((way) => way !== undefined)
  if (ways.length > 1)
    throw usageError("only one of the arguments --password-file, --password-env and --password is allowed")
  const found = await passwordFrom(given, session)
  if (found !== undefined) session.redactor.add(found)
  return found
}

async function passwordFrom(
  { "password-file": file, "password-env": variable, password }: Values<typeof options>,
  { terminal, warn }: Session,
): Promise<string | undefined> {
  if (file !== undefined) return (await readFile(file, "utf8")).replace(/\r?\n$/, "")
  if (variable === undefined) {
    if (password !== undefined) warn("A password on the command line can be read by others on this machine.")
    return password
  }
  const value = terminal.env[variable]
  if (value === undefined) throw usageError(`argument --password-env: the environment has no ${variable}`)
  return value
}
