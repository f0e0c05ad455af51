/**
 * Where the root key comes from: exactly one of a file, the environment, a systemd credential or a
 * passphrase file. Without any of them it is a file in the data directory, made at first start. No error
 * here holds key or passphrase.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, writeSync } from "node:fs"
import { dirname, join } from "node:path"
import { ConfigError } from "./config-error.ts"
import { type Environment, options, type ServerConfig } from "./schema.ts"
import { readSecretFile } from "./secret-file.ts"

/** 32 bytes, or a passphrase that the key is still to be derived from. */
export type RootKeyMaterial =
  | { kind: "bytes"; bytes: Uint8Array }
  | { kind: "passphrase"; passphrase: string }

export interface RootKeyRequest {
  config: Pick<ServerConfig, "data" | "ephemeral" | "rootKeyFile" | "rootKeyEnv" | "rootPassphraseFile">
  env: Environment
  /** Whether the store is empty: only then may a missing key file be made. */
  firstStart: boolean
  randomBytes: (length: number) => Uint8Array
}

const keyBytes = 32
const passphraseCharactersMin = 12
const credentialName = "keybearer-root-key"

/** @throws ConfigError no usable source, or more than one */
export function readRootKey(request: RootKeyRequest): RootKeyMaterial {
  const [source, ...others] = findSources(request)
  if (others.length > 0) {
    const names = [source, ...others].map((each) => each?.name).join(", ")
    throw new ConfigError([`There is one root key, but it is given more than once: ${names}. Leave one`])
  }
  if (source !== undefined) return source.read()
  return {
    kind: "bytes",
    bytes: request.config.ephemeral ? request.randomBytes(keyBytes) : readOrMakeDefault(request),
  }
}

interface Source {
  name: string
  read(): RootKeyMaterial
}

function findSources({
  config: { rootKeyFile, rootKeyEnv, rootPassphraseFile },
  env,
}: RootKeyRequest): Source[] {
  const sources: Source[] = []
  if (rootKeyFile !== undefined) {
    sources.push({ name: "--root-key-file", read: () => toMaterial(readKeyFile(rootKeyFile)) })
  }
  const text = env[rootKeyEnv]
  if (text) {
    sources.push({
      name: "the environment",
      read: () => toMaterial(parseKey(Buffer.from(text), "in the environment")),
    })
  } else if (rootKeyEnv !== options.rootKeyEnv.default) {
    throw new ConfigError(["The environment variable that --root-key-env names is not set"])
  }
  const credential = findCredential(env)
  if (credential !== undefined) {
    sources.push({ name: "the systemd credential", read: () => toMaterial(readKeyFile(credential, true)) })
  }
  if (rootPassphraseFile !== undefined) {
    sources.push({ name: "--root-passphrase-file", read: () => readPassphrase(rootPassphraseFile) })
  }
  return sources
}

/** @see systemd.exec(5), section CREDENTIALS */
function findCredential({ CREDENTIALS_DIRECTORY }: Environment): string | undefined {
  if (!CREDENTIALS_DIRECTORY) return undefined
  const path = join(CREDENTIALS_DIRECTORY, credentialName)
  return existsSync(path) ? path : undefined
}

function toMaterial(bytes: Uint8Array): RootKeyMaterial {
  return { kind: "bytes", bytes }
}

function readOrMakeDefault({ config: { data }, firstStart, randomBytes }: RootKeyRequest): Uint8Array {
  const path = join(data, "root.key")
  if (existsSync(path)) return readKeyFile(path)
  if (!firstStart) {
    throw new ConfigError([
      `The root key "${path}" is missing. Put it back, or give the root key this store was made with; without it the store cannot be read`,
    ])
  }
  const bytes = randomBytes(keyBytes)
  writeNewFile(path, `${Buffer.from(bytes).toString("hex")}\n`)
  return bytes
}

/** On disk when it returns: what is sealed with the key must not outlive it. */
function writeNewFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const file = openSync(path, "wx", 0o600)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  if (process.platform === "win32") return
  const directory = openSync(dirname(path), "r")
  fsyncSync(directory)
  closeSync(directory)
}

/** systemd shows the group as a reader of its credentials, by an access list that names nobody but us. */
function readKeyFile(path: string, isCredential = false): Uint8Array {
  return parseKey(readSecretFile(path, { what: "root key", anyMode: isCredential }), `in "${path}"`)
}

function readPassphrase(path: string): RootKeyMaterial {
  const bytes = readSecretFile(path, { what: "root passphrase" })
  const passphrase = new TextDecoder().decode(bytes).replace(/\r?\n$/, "")
  if (Array.from(passphrase).length < passphraseCharactersMin) {
    throw new ConfigError([
      `The root passphrase in "${path}" has to have at least ${passphraseCharactersMin} characters`,
    ])
  }
  return { kind: "passphrase", passphrase }
}

/** 32 bytes as they are, or 64 hexadecimal digits, or base64 of either alphabet. */
function parseKey(content: Uint8Array, where: string): Uint8Array {
  const text = Buffer.from(content).toString("latin1").trim()
  // 32 characters of text are half a key in hexadecimal, or a password: too little of a secret.
  if (content.length === keyBytes && !/^[ -~\s]*$/.test(text)) return Uint8Array.from(content)
  if (/^[0-9a-f]{64}$/i.test(text)) return Uint8Array.from(Buffer.from(text, "hex"))
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return Uint8Array.from(Buffer.from(text, "base64"))
  throw new ConfigError([
    `The root key ${where} is not one: it takes 32 bytes, raw or as hexadecimal or base64 text. Make one with: openssl rand -hex 32`,
  ])
}
