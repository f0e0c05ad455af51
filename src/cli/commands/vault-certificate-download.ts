import { writeFile } from "node:fs/promises"
import { defineCommand } from "../command.ts"
import { CliError } from "../errors.ts"
import { inVault } from "../vaults.ts"
import type { SecretBundle } from "../../sdk/index.ts"

const contentTypes = { pfx: "application/x-pkcs12", pem: "application/x-pem-file" } as const

/** The whole certificate, private key included, is the secret behind it (contracts/keyvault.md 3.5). */
export const command = defineCommand({
  options: {
    name: {
      value: "NAME",
      short: "n",
      positional: true,
      required: true,
      sentence: "Name of the certificate.",
    },
    ...inVault,
    file: {
      value: "FILE",
      short: "f",
      required: true,
      sentence: "Where it is written; a file that is there is not replaced.",
    },
    format: {
      value: "FORMAT",
      choices: Object.keys(contentTypes),
      sentence: "Default: as the vault keeps it. A PFX has no password.",
    },
    version: { value: "VERSION", short: "v", sentence: "Else the newest." },
  },
  examples: [
    {
      does: "As a PFX",
      line: "vault certificate download web --vault-name demo --format pfx --file web.pfx",
    },
    { does: "As PEM", line: "vault certificate download web --vault-name demo --format pem --file web.pem" },
  ],
  run: async ({ name, file, format, version, "vault-name": vaultName }, session) => {
    const account = await session.account()
    const vault = await account.vault(vaultName)
    const certificate = await vault.getCertificate(name, version)
    // A vault turns a PFX into PEM, and nothing else.
    const wanted = format === "pem" ? contentTypes.pem : undefined
    const secret = await vault.getSecret(name, certificate.id.split("/").at(-1), wanted)
    await writeFile(file, toFileContent(secret, format), { mode: 0o600, flag: "wx" })
  },
})

function toFileContent({ value = "", contentType }: SecretBundle, format: string | undefined): Buffer {
  const isPem = contentType === contentTypes.pem
  if (format !== undefined && isPem !== (format === "pem")) {
    throw new CliError(
      `The vault keeps this certificate as ${contentType} and does not turn it into ${format}`,
      {
        hints: [`Download it with --format ${isPem ? "pem" : "pfx"} and convert it with openssl.`],
      },
    )
  }
  return isPem ? Buffer.from(value) : Buffer.from(value, "base64")
}
