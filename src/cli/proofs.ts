import { readFile } from "node:fs/promises"
import { resolve } from "node:path"
import {
  clientCertificateCredential,
  clientSecretCredential,
  type Credential,
  federatedTokenCredential,
  type TokenClient,
} from "../sdk/index.ts"
import type { Options } from "./command.ts"
import { usageError } from "./errors.ts"
import type { Session } from "./session.ts"
import type { Proof } from "./state/index.ts"

/** Ways to give what proves an application. The certificate store, with `--cert-subject`, becomes one more. */
export const proofOptions = {
  "secret-file": {
    value: "FILE",
    aliases: ["password-file"],
    sentence: "File that holds the client secret.",
  },
  "secret-env": {
    value: "VARIABLE",
    aliases: ["password-env"],
    sentence: "Environment variable that holds the client secret.",
  },
  secret: {
    value: "SECRET",
    short: "p",
    aliases: ["password"],
    sentence: "The client secret itself; others on this machine may see it, so prefer the two above.",
  },
  certificate: { value: "FILE", sentence: "PEM file with the certificate and its private key." },
  "federated-token-file": { value: "FILE", sentence: "File that the platform keeps a fresh token in." },
} as const satisfies Options

export type GivenProof = { readonly [Name in keyof typeof proofOptions]?: string | undefined }

/**
 * The one proof that was given; asked for on a terminal when none was.
 *
 * @throws CliError when there are several, or none and nobody to ask
 */
export async function readProof(given: GivenProof, session: Session): Promise<Proof> {
  const names = Object.keys(proofOptions) as (keyof GivenProof)[]
  const [name, ...more] = names.filter((candidate) => given[candidate] !== undefined)
  if (more.length > 0) throw usageError(`argument --${more[0]}: not allowed with argument --${name}`)
  if (name === undefined) return secretProof(await askForSecret(session), session)
  return readers[name](given[name] ?? "", session)
}

const readers: Record<keyof GivenProof, (value: string, session: Session) => Promise<Proof>> = {
  "secret-file": async (path, session) => {
    // Editors end files with a line feed; a secret never ends with one.
    return secretProof((await readFile(path, "utf8")).replace(/\r?\n$/, ""), session)
  },
  "secret-env": async (variable, session) => {
    const value = session.terminal.env[variable]
    if (!value) throw usageError(`argument --secret-env: the environment has no ${variable}`)
    return secretProof(value, session)
  },
  secret: async (value, session) => {
    session.warn(
      "A secret on the command line can be read by others on this machine and stays in the shell's history. " +
        "Use --secret-file, --secret-env or the prompt.",
    )
    return secretProof(value, session)
  },
  certificate: async (path) => ({ kind: "clientCertificate", path: resolve(path) }),
  "federated-token-file": async (path) => ({ kind: "federatedToken", path: resolve(path) }),
}

function secretProof(clientSecret: string, { redactor }: Session): Proof {
  if (clientSecret === "") throw usageError("The client secret is empty")
  redactor.add(clientSecret)
  return { kind: "clientSecret", clientSecret }
}

async function askForSecret({ terminal }: Session): Promise<string> {
  if (terminal.isInteractive) return terminal.askHidden("Client secret: ")
  throw usageError("A client secret or certificate is needed", [
    "Give --secret-file FILE, --secret-env VARIABLE or --certificate FILE.",
  ])
}

/** The credential that a proof makes. */
export async function createCredential(
  clientId: string,
  proof: Proof,
  tokenClient: TokenClient,
): Promise<Credential> {
  if (proof.kind === "clientSecret") {
    return clientSecretCredential({ tokenClient, clientId, clientSecret: proof.clientSecret })
  }
  if (proof.kind === "clientCertificate") {
    return clientCertificateCredential({ tokenClient, clientId, pem: await readFile(proof.path, "utf8") })
  }
  return federatedTokenCredential({ tokenClient, clientId, readToken: () => readFile(proof.path, "utf8") })
}
