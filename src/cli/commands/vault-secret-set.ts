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
  file: { value: "FILE", short: "f", sentence: "File that holds the value, or - for standard input." },
  value: {
    value: "VALUE",
    sentence: "The value itself; others on this machine may see it, so prefer a file.",
  },
  "content-type": { value: "TYPE", sentence: "What kind of value it is." },
} as const satisfies Options

export const command = defineCommand({
  options,
  examples: [
    {
      does: "From standard input, which leaves no trace",
      line: "vault secret set db-password --vault-name demo --file -",
    },
    { does: "From a file", line: "vault secret set db-password --vault-name demo --file password.txt" },
  ],
  run: async (given, session) => {
    const value = await readValue(given, session)
    const account = await session.account()
    const vault = await account.vault(given["vault-name"])
    const contentType = given["content-type"]
    return vault.setSecret(given.name, { value, ...(contentType === undefined ? {} : { contentType }) })
  },
})

/** Files and standard input are taken whole, the line feed at their end too. */
async function readValue({ file, value }: Values<typeof options>, session: Session): Promise<string> {
  if ((file === undefined) === (value === undefined)) {
    throw usageError("one of the arguments --file and --value is required")
  }
  const text =
    value ?? (file === "-" ? await session.terminal.readStandardInput() : await readFile(file ?? "", "utf8"))
  session.redactor.add(text)
  return text
}
