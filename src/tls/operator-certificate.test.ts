import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createSecureContext } from "node:tls"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { exportPrivateKey, generateEcKeyPair } from "../crypto/key-pairs.ts"
import { writePemBundle } from "../crypto/pem-bundle.ts"
import { createSelfSignedCertificate } from "../crypto/x509-issue.ts"
import { createEphemeralServerCertificate } from "./local-ca.ts"
import { loadOperatorCertificate } from "./operator-certificate.ts"
import { TlsSetupError } from "./server-certificate.ts"

const now = Date.UTC(2026, 0, 1) / 1000
const vectors = new URL("../../test/vectors/", import.meta.url).pathname
let directory: string
let certificatePath: string
let keyPath: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "keybearer-operator-"))
  const { key, certificateChain, caCertificate } = await createEphemeralServerCertificate({
    dnsNames: [],
    ipAddresses: [],
    now,
  })
  certificatePath = join(directory, "chain.pem")
  keyPath = join(directory, "key.pem")
  await writeFile(certificatePath, certificateChain + caCertificate!)
  await writeFile(keyPath, key)
  await writeFile(join(directory, "both.pem"), key + certificateChain)
  const { privateKey } = await generateEcKeyPair("P-256")
  const nameless = createSelfSignedCertificate({
    subject: "CN=x",
    privateKey,
    notBefore: now,
    notAfter: now + 1,
  })
  const pem = writePemBundle({ privateKeyPkcs8: exportPrivateKey(privateKey), certificates: [nameless] })
  await writeFile(join(directory, "nameless.pem"), pem)
})

afterAll(async () => {
  await rm(directory, { recursive: true })
})

describe("an operator's certificate", () => {
  test("is served with its chain", async () => {
    const loaded = await loadOperatorCertificate({ certificatePath, keyPath, now })

    expect(() => createSecureContext({ key: loaded.key, cert: loaded.certificateChain })).not.toThrow()
    expect(loaded.certificateChain.match(/BEGIN/g)).toHaveLength(2)
    expect(loaded).toMatchObject({ caCertificate: undefined, caPath: undefined })
  })

  test("may share one file with its key", async () => {
    const both = join(directory, "both.pem")

    expect((await loadOperatorCertificate({ certificatePath: both, keyPath: both, now })).key).toContain(
      "PRIVATE KEY",
    )
  })

  const day = 86_400
  test.each([
    [
      "is missing",
      () => ({ certificatePath: "/nowhere/cert.pem" }),
      /no certificate at "\/nowhere\/cert\.pem"/,
    ],
    ["has no key file", () => ({ keyPath: "/nowhere/key.pem" }), /no private key at/],
    ["is a folder", () => ({ certificatePath: directory }), /Cannot read the certificate/],
    ["is no PEM", () => ({ certificatePath: `${vectors}pfx/p256.pfx` }), /cannot be used together/],
    [
      "has another's key",
      () => ({ keyPath: `${vectors}pfx/rsa.key.pem` }),
      /no certificate of its private key/,
    ],
    ["has an encrypted key", () => ({ keyPath: `${vectors}pfx/bundle-encrypted.pem` }), /encrypted/],
    ["expired", () => ({ now: now + 400 * day }), /expired 2027-02-0\d\. Renew it/],
    ["is not valid yet", () => ({ now: now - day }), /holds only from 2025-12-31/],
    ["names no host", () => both(join(directory, "nameless.pem")), /names no host/],
  ] as const)("that %s is refused with the cure", async (_, change, message) => {
    const options = { certificatePath, keyPath, now, ...change() }

    const failure = loadOperatorCertificate(options)

    await expect(failure).rejects.toThrow(TlsSetupError)
    await expect(loadOperatorCertificate(options)).rejects.toThrow(message)
  })

  function both(path: string): { certificatePath: string; keyPath: string } {
    return { certificatePath: path, keyPath: path }
  }
})
