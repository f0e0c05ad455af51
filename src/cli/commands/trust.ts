import { resolve } from "node:path"
import { defineCommand } from "../command.ts"
import { CliError } from "../errors.ts"
import type { Session } from "../session.ts"

export const command = defineCommand({
  options: {
    "ca-certificate": {
      value: "FILE",
      sentence: "The server's CA certificate; else that of the account that is used.",
    },
    runtime: {
      value: "RUNTIME",
      choices: ["system", "node", "python", "go", "java"],
      sentence: "Only this one.",
    },
  },
  examples: [
    { does: "For all", line: "trust" },
    { does: "For Node programs of this shell", line: "trust --runtime node" },
  ],
  toText: (instructions: Instruction[]) =>
    instructions
      .map(({ runtime, effect, lines }) => `# ${runtime}: ${effect}\n${lines.join("\n")}\n`)
      .join("\n"),
  run: async ({ "ca-certificate": given, runtime }, session) => {
    const caPath = given === undefined ? await knownCertificate(session) : resolve(given)
    // The server's module knows how each runtime is told; nothing else of the server is loaded.
    const { toTrustInstructions, writeCaBundle } = await import("../../tls/trust-stores.ts")
    const { readFile } = await import("node:fs/promises")
    const { caBundle: bundlePath, folder } = session.files
    await writeCaBundle(bundlePath, await readFile(caPath, "utf8"))
    const javaStorePath = resolve(folder, "java-truststore.p12")
    const all: Instruction[] = toTrustInstructions({ caPath, bundlePath, javaStorePath }, process.platform)
    return all.filter((instruction) => runtime === undefined || instruction.runtime === runtime)
  },
})

interface Instruction {
  readonly runtime: string
  readonly effect: string
  readonly lines: readonly string[]
}

async function knownCertificate({ profile, terminal }: Session): Promise<string> {
  const { clouds, subscriptions } = await profile.read()
  const used = subscriptions.find(({ isDefault }) => isDefault)?.authority
  const cloud = clouds.find(({ authority }) => authority === used)
  const path = cloud?.caCertificate ?? terminal.env.KEYBEARER_CA
  if (path !== undefined) return path
  throw new CliError("No server with a certificate of its own is signed in to", {
    hints: [`Give its CA certificate: ${terminal.program} trust --ca-certificate data/tls/ca.pem`],
  })
}
