import { createPrivateKey } from "node:crypto"
import { readFileSync } from "node:fs"
import { performance } from "node:perf_hooks"
import { createSecureContext } from "node:tls"
import { describe, expect, test } from "vitest"
import { encodeInteger, encodeSequence } from "./der.ts"
import { exportPrivateKey } from "./key-pairs.ts"
import { PfxError, readPfx, writePfx } from "./pfx.ts"
import { readPemBundle, writePemBundle } from "./pem-bundle.ts"

const folder = new URL("../../test/vectors/pfx/", import.meta.url)
const file = (name: string) => readFileSync(new URL(name, folder))
const text = (name: string) => file(name).toString("utf8")
const rsaKey = createPrivateKey(text("rsa.key.pem"))
const chain = ["CN=Test rsa, O=Example", "CN=Test Intermediate", "CN=Test Root"]

async function refusal(work: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof work === "function" ? work() : work)
  } catch (error) {
    expect(error).toBeInstanceOf(PfxError)
    expect((error as Error).message).not.toMatch(/password is "|pässword ☃/)
    return (error as PfxError).reason
  }
  return "none"
}

describe("a PFX file", () => {
  test.each([
    ["rsa-modern", "pässword ☃"],
    ["rsa-empty-password", ""],
    ["rsa-3des", "password"],
    ["rsa-3des-empty-password", ""],
    ["rsa-2des", "password"],
    ["rsa-rc2-40", "password"],
    ["rsa-rc2-40-empty-password", ""],
    ["rsa-rc2-128", "password"],
    ["rsa-aes128-sha512", "password"],
    ["rsa-plain", "password"],
    ["rsa-no-mac", "password"],
    ["rsa-100000-rounds", "password"],
  ])("%s gives its RSA key and certificate", async (name, password) => {
    const { privateKey, privateKeyPkcs8, certificates } = await readPfx(file(`${name}.pfx`), password)

    expect(privateKey.equals(rsaKey)).toBe(true)
    expect(Buffer.from(privateKeyPkcs8).equals(exportPrivateKey(rsaKey))).toBe(true)
    expect(certificates.map(({ subject }) => subject)).toEqual(["CN=Test rsa, O=Example"])
  })

  test.each([
    ["p256", "P-256"],
    ["p256-rc2-40", "P-256"],
    ["p384", "P-384"],
    ["p521", "P-521"],
    ["p256k", "P-256K"],
  ])("%s gives its EC key on %s", async (name, curve) => {
    const { privateKey, certificates } = await readPfx(file(`${name}.pfx`), "password")

    expect(privateKey.asymmetricKeyType).toBe("ec")
    expect(certificates[0]).toMatchObject({ keyType: "EC", curve, keyBits: undefined })
  })

  test("with its chain in another order gives the leaf first, then its issuers, then the rest", async () => {
    const bundle = await readPfx(file("rsa-chain.pfx"), "password")

    expect(bundle.certificates.map(({ subject }) => subject)).toEqual([...chain, "CN=Test other, O=Example"])
    expect(bundle.certificatesInFileOrder.map(({ subjectCommonName }) => subjectCommonName)).toEqual([
      "Test rsa",
      "Test Root",
      "Test other",
      "Test Intermediate",
    ])
  })

  test("written by Java's keytool is read", async () => {
    const { privateKey, certificates } = await readPfx(file("rsa-keytool.pfx"), "password")

    expect(privateKey.equals(rsaKey)).toBe(true)
    expect(certificates.map(({ subject }) => subject)).toEqual(chain)
  })

  test.each([
    "rsa-modern",
    "rsa-3des",
    "rsa-rc2-40",
    "rsa-rc2-128",
    "rsa-no-mac",
    "rsa-empty-password",
    "p256",
  ])("%s with a wrong password says so", async (name) => {
    for (const wrong of ["wrong", "Password", "password ", "x".repeat(2000)]) {
      expect(await refusal(readPfx(file(`${name}.pfx`), wrong))).toBe("wrongPassword")
    }
    if (!name.includes("empty")) expect(await refusal(readPfx(file(`${name}.pfx`), ""))).toBe("wrongPassword")
  })

  test("cut short is damaged, whatever the password", async () => {
    const whole = file("rsa-3des.pfx")
    for (let length = 0; length < whole.length; length += 61) {
      for (const password of ["password", "wrong"]) {
        expect(await refusal(readPfx(whole.subarray(0, length), password))).toBe("malformed")
      }
    }
  })

  // Protects: no byte of an untrusted file may surface as a crash or as other data.
  test("with any byte changed is refused with a PfxError or gives the same key", async () => {
    for (const name of ["rsa-3des.pfx", "rsa-modern.pfx"]) {
      const whole = file(name)
      for (let at = 0; at < whole.length; at += 7) {
        const changed = Buffer.from(whole)
        changed[at]! ^= 0x41
        const reason = await refusal(readPfx(changed, name === "rsa-3des.pfx" ? "password" : "pässword ☃"))
        expect(["malformed", "wrongPassword", "unsupported"]).toContain(reason)
      }
    }
  }, 60_000)

  test("without a key, or without a certificate of it, says so", async () => {
    expect(await refusal(readPfx(file("certificates-only.pfx"), "password"))).toBe("noPrivateKey")
    expect(await refusal(readPfx(file("key-only.pfx"), "password"))).toBe("noCertificate")
    const { privateKeyPkcs8 } = await readPfx(file("rsa-3des.pfx"), "password")
    const { certificates } = await readPfx(file("p256.pfx"), "password")
    const mismatched = await writePfx({ privateKeyPkcs8, certificates, password: "" })
    expect(await refusal(readPfx(mismatched, ""))).toBe("noCertificate")
  })

  test("that would cost millions of rounds is refused at once", async () => {
    const start = performance.now()

    expect(await refusal(readPfx(file("rsa-5000000-rounds.pfx"), "password"))).toBe("unsupported")
    expect(performance.now() - start).toBeLessThan(200)
  })

  test("of another scheme, size or format is refused", async () => {
    expect(await refusal(readPfx(file("rsa-rc4.pfx"), "password"))).toBe("unsupported")
    expect(await refusal(readPfx(new Uint8Array(300_000), ""))).toBe("unsupported")
    expect(await refusal(readPfx(Buffer.from("not a PFX"), ""))).toBe("malformed")
    expect(await refusal(readPfx(file("chain.pem"), ""))).toBe("malformed")
    expect(await refusal(readPfx(encodeSequence(encodeInteger(2), encodeSequence()), ""))).toBe("malformed")
    expect(await refusal(readPfx(encodeSequence(encodeInteger(3), encodeSequence()), ""))).toBe("malformed")
  })

  test("does not hold the event loop while keys are derived", async () => {
    let turns = 0
    const timer = setInterval(() => (turns += 1), 1)
    await readPfx(file("rsa-100000-rounds.pfx"), "password")
    clearInterval(timer)

    expect(turns).toBeGreaterThan(5)
  })
})

describe("a written PFX file", () => {
  test.each(["", "pässword ☃"])("under password %j is read again and by Node's TLS", async (password) => {
    for (const name of ["rsa-chain", "p256", "p384", "p521"]) {
      const bundle = await readPfx(file(`${name}.pfx`), "password")
      const { privateKeyPkcs8, certificates } = bundle

      const written = await writePfx({ privateKeyPkcs8, certificates, password })

      expect(() => createSecureContext({ pfx: Buffer.from(written), passphrase: password })).not.toThrow()
      expect(() => createSecureContext({ pfx: Buffer.from(written), passphrase: "wrong" })).toThrow(
        /mac verify failure/i,
      )
      const again = await readPfx(written, password)
      expect(again.privateKey.equals(bundle.privateKey)).toBe(true)
      expect(again.certificates.map(({ der }) => der)).toEqual(certificates.map(({ der }) => der))
      expect(await refusal(readPfx(written, "wrong"))).toBe("wrongPassword")
    }
  })

  // Protects: Java shows no entries of a file that is not encrypted, and nothing is to be read without a password.
  test("is encrypted even under the empty password", async () => {
    const { privateKeyPkcs8, certificates } = await readPfx(file("rsa-3des.pfx"), "password")
    const written = Buffer.from(await writePfx({ privateKeyPkcs8, certificates, password: "" }))

    expect(written.includes(Buffer.from("Test rsa"))).toBe(false)
    expect(written.includes(Buffer.from(privateKeyPkcs8).subarray(-64))).toBe(false)
  })

  test("may hold certificates alone", async () => {
    const { certificates } = await readPfx(file("rsa-chain.pfx"), "password")

    expect(await refusal(readPfx(await writePfx({ certificates, password: "" }), ""))).toBe("noPrivateKey")
  })
})

describe("a PEM bundle", () => {
  test("gives key and certificates, leaf first, whatever their order", () => {
    const { privateKey, certificates } = readPemBundle(text("bundle.pem"))

    expect(privateKey.equals(rsaKey)).toBe(true)
    expect(certificates.map(({ subject }) => subject)).toEqual(chain)
  })

  test("may hold the key in the older form, with Windows line ends and text around", () => {
    const bundle = `Bag Attributes\r\n    friendlyName: x\r\n${text("bundle-traditional.pem").replaceAll("\n", "\r\n")}`

    expect(readPemBundle(bundle).privateKey.equals(rsaKey)).toBe(true)
  })

  test("written is read again", () => {
    const { privateKeyPkcs8, certificates } = readPemBundle(text("bundle.pem"))

    const written = writePemBundle({ privateKeyPkcs8, certificates })

    expect(written).toMatch(/^-----BEGIN PRIVATE KEY-----\n/)
    expect(readPemBundle(written).privateKey.equals(rsaKey)).toBe(true)
    expect(writePemBundle({ certificates })).toBe(text("chain.pem"))
  })

  const key = text("rsa.key.pem")
  test.each([
    ["an encrypted key", text("bundle-encrypted.pem"), "unsupported"],
    ["no key", text("chain.pem"), "noPrivateKey"],
    ["no certificate", key, "noCertificate"],
    [
      "somebody else's certificate",
      key + text("chain.pem").replace(/^.*?-----END CERTIFICATE-----\n/s, ""),
      "noCertificate",
    ],
    ["nothing", "", "malformed"],
    ["text without blocks", "hello", "malformed"],
    ["a block without end", key.replace(/-----END.*/s, ""), "malformed"],
    ["a block that ends otherwise", key.replace("END PRIVATE", "END RSA PRIVATE"), "malformed"],
    [
      "a certificate labelled as key",
      text("chain.pem").replaceAll("CERTIFICATE", "PRIVATE KEY"),
      "malformed",
    ],
    [
      "a certificate labelled as one of two keys",
      key + text("chain.pem") + text("chain.pem").replaceAll("CERTIFICATE", "PRIVATE KEY"),
      "malformed",
    ],
    ["a letter outside of base64", `${key.replace("\nMII", "\nM*I")}${text("chain.pem")}`, "malformed"],
    ["a header inside", key.replace("KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\n\n"), "malformed"],
    ["a boundary in the middle of a line", `x${key}`, "malformed"],
  ])("with %s is refused", async (_, pem, reason) => {
    expect(await refusal(() => readPemBundle(pem))).toBe(reason)
  })
})

describe("a PEM bundle", () => {
  // Every key is compared with every certificate: thousands of them would hold the event loop.
  test("with more than 32 private keys is refused", async () => {
    const keys = text("rsa.key.pem").repeat(33)

    expect(
      await refusal(() => readPemBundle(keys + text("rsa.key.pem").replaceAll("PRIVATE KEY", "CERTIFICATE"))),
    ).toBe("unsupported")
  })
})
