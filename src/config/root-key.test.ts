import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { beforeEach, describe, expect, onTestFinished, test } from "vitest"
import { ConfigError } from "./config-error.ts"
import { readRootKey, type RootKeyRequest } from "./root-key.ts"

const key = Uint8Array.from({ length: 32 }, (_, index) => 200 + index)
const hex = Buffer.from(key).toString("hex")

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "keybearer-root-key-"))
  onTestFinished(() => rmSync(directory, { recursive: true }))
})

interface Given extends Partial<Omit<RootKeyRequest, "config">> {
  config?: Partial<RootKeyRequest["config"]>
}

function read({ config, ...rest }: Given = {}) {
  return readRootKey({
    config: {
      data: join(directory, "data"),
      ephemeral: false,
      rootKeyFile: undefined,
      rootKeyEnv: "KEYBEARER_ROOT_KEY",
      rootPassphraseFile: undefined,
      ...config,
    },
    env: {},
    firstStart: true,
    randomBytes: () => key,
    ...rest,
  })
}

function file(content: string | Uint8Array, { name = "key", mode = 0o600 } = {}): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  chmodSync(path, mode)
  return path
}

describe("a root key that nobody gave", () => {
  test("is made at first start, in a file for the owner only", () => {
    expect(read()).toEqual({ kind: "bytes", bytes: key })

    const path = join(directory, "data", "root.key")
    expect(readFileSync(path, "utf8")).toBe(`${hex}\n`)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(join(directory, "data")).mode & 0o777).toBe(0o700)
  })

  test("is the same at the next start", () => {
    read()

    const next = read({ firstStart: false, randomBytes: () => new Uint8Array(32) })

    expect(next).toEqual({ kind: "bytes", bytes: key })
  })

  // A new key in place of a lost one would look like a start, and hide that the store cannot be read.
  test("and was lost is not replaced", () => {
    expect(() => read({ firstStart: false })).toThrow(/root.key" is missing. Put it back.*cannot be read/)
  })

  test("is in memory only when everything is", () => {
    expect(read({ config: { ephemeral: true } })).toEqual({ kind: "bytes", bytes: key })
    expect(() => statSync(join(directory, "data"))).toThrow(/ENOENT/)
  })
})

describe("a root key in a file", () => {
  test.each([
    ["raw bytes", key],
    ["hexadecimal text", hex],
    ["upper-case hexadecimal text and a line feed", `${hex.toUpperCase()}\r\n`],
    ["base64 text", Buffer.from(key).toString("base64")],
    ["base64url text", `${Buffer.from(key).toString("base64url")}\n`],
  ])("may be %s", (_, content) => {
    expect(read({ config: { rootKeyFile: file(content) } })).toEqual({ kind: "bytes", bytes: key })
  })

  test.each([
    ["nothing", ""],
    ["31 bytes", key.subarray(1)],
    ["33 bytes", Buffer.concat([key, Buffer.of(0)])],
    ["half a key in hexadecimal", hex.slice(0, 32)],
    ["a password of 32 characters", "correct horse battery staple 123"],
    ["another kind of key", "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"],
  ])("is refused when it is %s", (_, content) => {
    const rootKeyFile = file(content)

    expect(() => read({ config: { rootKeyFile } })).toThrow(
      `The root key in "${rootKeyFile}" is not one: it takes 32 bytes, raw or as hexadecimal or base64 text. Make one with: openssl rand -hex 32`,
    )
  })

  test("is never made where the operator named the file", () => {
    expect(() => read({ config: { rootKeyFile: join(directory, "absent") } })).toThrow(
      /Cannot read the root key file: ENOENT/,
    )
  })

  // Who reads the root key reads every secret of the store.
  test.each([0o644, 0o640, 0o620, 0o604])("is refused with mode %o, and told the cure", (mode) => {
    const rootKeyFile = file(hex, { mode })

    expect(() => read({ config: { rootKeyFile } })).toThrow(`Run: chmod 600 "${rootKeyFile}"`)
  })
})

describe("a root key in the environment", () => {
  test("is text", () => {
    expect(read({ env: { KEYBEARER_ROOT_KEY: hex } })).toEqual({ kind: "bytes", bytes: key })
  })

  test("may have another name", () => {
    expect(read({ config: { rootKeyEnv: "OWN" }, env: { OWN: hex } })).toEqual({ kind: "bytes", bytes: key })
    expect(() => read({ config: { rootKeyEnv: "OWN" } })).toThrow(
      /The environment variable that --root-key-env names/,
    )
  })

  test("is refused when it is none, and not shown", () => {
    const thrown = catchError(() => read({ env: { KEYBEARER_ROOT_KEY: `${hex}ff` } }))

    expect(thrown).toBeInstanceOf(ConfigError)
    expect(JSON.stringify([thrown.message, thrown.stack, thrown.cause])).not.toContain(hex)
  })
})

describe("a root key as a systemd credential", () => {
  test("is found in the directory that systemd names, whose group bits mean an access list", () => {
    file(hex, { name: "keybearer-root-key", mode: 0o440 })

    expect(read({ env: { CREDENTIALS_DIRECTORY: directory } })).toEqual({ kind: "bytes", bytes: key })
  })

  test("is no source when the directory holds other credentials", () => {
    expect(read({ env: { CREDENTIALS_DIRECTORY: directory }, config: { ephemeral: true } })).toBeDefined()
  })
})

describe("a root passphrase", () => {
  test("is the text of its file without the line end", () => {
    const rootPassphraseFile = file(" correct horse battery\r\n")

    expect(read({ config: { rootPassphraseFile } })).toEqual({
      kind: "passphrase",
      passphrase: " correct horse battery",
    })
  })

  test("has at least 12 characters, and is not shown", () => {
    const rootPassphraseFile = file("hunter2\n")

    const thrown = catchError(() => read({ config: { rootPassphraseFile } }))

    expect(thrown.message).toContain("has to have at least 12 characters")
    expect(thrown.message).not.toContain("hunter2")
  })

  test("is refused when others may read it", () => {
    expect(() =>
      read({ config: { rootPassphraseFile: file("correct horse battery", { mode: 0o644 }) } }),
    ).toThrow(/chmod 600/)
  })
})

describe("more than one root key", () => {
  test("is refused, with the name of every source", () => {
    mkdirSync(join(directory, "credentials"))
    const credential = join(directory, "credentials")
    writeFileSync(join(credential, "keybearer-root-key"), hex)

    expect(() =>
      read({
        config: { rootKeyFile: file(hex), rootPassphraseFile: file("correct horse battery", { name: "p" }) },
        env: { KEYBEARER_ROOT_KEY: hex, CREDENTIALS_DIRECTORY: credential },
      }),
    ).toThrow(
      "There is one root key, but it is given more than once: --root-key-file, the environment, the systemd credential, --root-passphrase-file. Leave one",
    )
  })
})

function catchError(work: () => unknown): Error {
  try {
    work()
  } catch (error) {
    return error as Error
  }
  throw new Error("Nothing was thrown")
}
