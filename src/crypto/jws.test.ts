import {
  createHmac,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from "node:crypto"
import { compactVerify, SignJWT } from "jose"
import { describe, expect, test } from "vitest"
import { type JwsAlgorithm, type JwsErrorCode, parseJws, signJws, verifyJws } from "./jws.ts"

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 })
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" })
const secret = createSecretKey(new Uint8Array(32).fill(4))
const everyAlgorithm = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "HS256"] as const
const claims = { iss: "https://login/", sub: "é☃😀", list: [{ a: 1 }, { a: 2 }], nested: { a: { a: "a:b" } } }

function keysOf(alg: JwsAlgorithm): { signing: KeyObject; verifying: KeyObject } {
  if (alg === "HS256") return { signing: secret, verifying: secret }
  const pair = alg === "ES256" ? ec : rsa
  return { signing: pair.privateKey, verifying: pair.publicKey }
}

function codeOf(action: () => unknown): JwsErrorCode | "no error" {
  try {
    action()
  } catch (error) {
    expect((error as Error).name).toBe("JwsError")
    return (error as { code: JwsErrorCode }).code
  }
  return "no error"
}

const encode = (text: string) => Buffer.from(text).toString("base64url")
const compact = (header: string, payload = "{}", signature = "AAAA") =>
  `${encode(header)}.${encode(payload)}.${signature}`
const signedRs256 = (header: object, payload: object = claims) =>
  signJws({ ...header, alg: "RS256" }, payload, rsa.privateKey)

describe.each(everyAlgorithm)("%s", (alg) => {
  const { signing, verifying } = keysOf(alg)

  test("signed here verifies in jose, and the other way round", async () => {
    const ours = signJws({ alg, kid: "k" }, claims, signing)
    const theirs = await new SignJWT(claims).setProtectedHeader({ alg, kid: "k" }).sign(signing)

    const { payload, protectedHeader } = await compactVerify(ours, verifying)
    expect(JSON.parse(new TextDecoder().decode(payload))).toEqual(claims)
    expect(protectedHeader).toEqual({ alg, kid: "k" })
    const parsed = parseJws(theirs)
    expect(verifyJws(parsed, { algorithms: [alg], key: verifying })).toBeUndefined()
    expect(parsed.payload).toEqual(claims)
    expect(parsed.header).toEqual({ alg, kid: "k" })
  })

  test("is refused when payload, header or signature changed", () => {
    const [header = "", payload = "", signature = ""] = signJws({ alg, kid: "k" }, claims, signing).split(".")
    const flipped = Buffer.from(signature, "base64url")
    flipped[flipped.length - 1]! ^= 1
    const changed = [
      [header, encode(`{"admin":true}`), signature],
      [encode(`{"alg":"${alg}","kid":"x"}`), payload, signature],
      [header, payload, flipped.toString("base64url")],
      [header, payload, ""],
      [header, payload, Buffer.from(signature, "base64url").subarray(1).toString("base64url")],
      [
        header,
        payload,
        Buffer.concat([Buffer.from(signature, "base64url"), Buffer.of(0)]).toString("base64url"),
      ],
    ]

    for (const parts of changed) {
      const verify = () => verifyJws(parseJws(parts.join(".")), { algorithms: [alg], key: verifying })
      expect(codeOf(verify)).toBe("badSignature")
    }
  })

  test("is refused when the caller did not allow the algorithm", () => {
    const others = everyAlgorithm.filter((other) => other !== alg)
    const parsed = parseJws(signJws({ alg }, claims, signing))

    expect(codeOf(() => verifyJws(parsed, { algorithms: others, key: verifying }))).toBe(
      "algorithmNotAllowed",
    )
    expect(codeOf(() => verifyJws(parsed, { algorithms: [], key: verifying }))).toBe("algorithmNotAllowed")
  })

  test("never verifies with a key of another family", () => {
    const parsed = parseJws(signJws({ alg }, claims, signing))
    const family = alg.slice(0, 2) === "PS" ? "RS" : alg.slice(0, 2)
    for (const [name, key] of [
      ["RS", rsa.publicKey],
      ["ES", ec.publicKey],
      ["HS", secret],
    ] as const) {
      if (name === family) continue
      expect(codeOf(() => verifyJws(parsed, { algorithms: everyAlgorithm, key }))).toBe("unsuitableKey")
    }
  })
})

describe("a forged token", () => {
  const accept = { algorithms: everyAlgorithm, key: rsa.publicKey }

  test("signed HS256 with the text of the public key is refused", () => {
    const input = `${encode('{"alg":"HS256"}')}.${encode("{}")}`
    const publicKeyPem = rsa.publicKey.export({ type: "spki", format: "pem" })
    const publicKeyDer = rsa.publicKey.export({ type: "spki", format: "der" })
    for (const bytes of [publicKeyPem, publicKeyDer]) {
      const mac = createHmac("sha256", bytes).update(input).digest("base64url")
      expect(codeOf(() => verifyJws(parseJws(`${input}.${mac}`), accept))).toBe("unsuitableKey")
    }
  })

  test("with RS256 swapped for PS256 in the header, or the reverse, is refused", () => {
    for (const [from, to] of [
      ["RS256", "PS256"],
      ["PS256", "RS256"],
    ] as const) {
      const [, payload, signature] = signJws({ alg: from }, claims, rsa.privateKey).split(".")
      const swapped = `${encode(`{"alg":"${to}"}`)}.${payload}.${signature}`
      expect(codeOf(() => verifyJws(parseJws(swapped), accept))).toBe("badSignature")
    }
  })

  test("that brings its own key in the header is verified with ours and refused", () => {
    const attacker = generateKeyPairSync("rsa", { modulusLength: 2048 })
    const jwk = attacker.publicKey.export({ format: "jwk" })
    const header = { alg: "RS256", jwk, jku: "https://evil/", x5u: "https://evil/", x5c: ["AAAA"] } as const

    const forged = signJws(header, claims, attacker.privateKey)

    expect(codeOf(() => verifyJws(parseJws(forged), accept))).toBe("badSignature")
  })

  test("with an all-zero ECDSA signature (psychic signature) is refused", () => {
    const order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
    const zero = "00".repeat(32)
    const one = `${"00".repeat(31)}01`
    for (const signature of [zero + zero, zero + one, one + zero, order + order, one + order, order + one]) {
      const forged = compact('{"alg":"ES256"}', "{}", Buffer.from(signature, "hex").toString("base64url"))
      const verify = () => verifyJws(parseJws(forged), { algorithms: ["ES256"], key: ec.publicKey })
      expect(codeOf(verify)).toBe("badSignature")
    }
  })

  test("with an ECDSA signature in DER in place of two numbers is refused", () => {
    const input = `${encode('{"alg":"ES256"}')}.${encode("{}")}`
    const der = sign("sha256", Buffer.from(input), ec.privateKey).toString("base64url")
    const verify = () => verifyJws(parseJws(`${input}.${der}`), { algorithms: ["ES256"], key: ec.publicKey })

    expect(codeOf(verify)).toBe("badSignature")
  })

  test("with a PSS salt of another length than the digest is refused", () => {
    const input = `${encode('{"alg":"PS256"}')}.${encode("{}")}`
    for (const saltLength of [0, 20, 222]) {
      const made = sign("sha256", Buffer.from(input), { key: rsa.privateKey, padding: 6, saltLength })
      const verify = () => verifyJws(parseJws(`${input}.${made.toString("base64url")}`), accept)
      expect(codeOf(verify)).toBe("badSignature")
    }
  })
})

describe("a token that is not a strict compact JWS", () => {
  const header = '{"alg":"RS256"}'
  const valid = signedRs256({})

  const refused: readonly (readonly [string, string, JwsErrorCode])[] = [
    ["empty text", "", "malformed"],
    ["one part", "AAAA", "malformed"],
    ["two parts", "AAAA.AAAA", "malformed"],
    ["four parts", `${valid}.AAAA`, "malformed"],
    ["five parts (JWE)", `${valid}.AAAA.AAAA`, "malformed"],
    ["an empty header", `.${encode("{}")}.AAAA`, "malformed"],
    ["an empty payload", `${encode(header)}..AAAA`, "malformed"],
    ["padding", `${encode(header)}=.${encode("{}")}.AAAA`, "malformed"],
    ["a line break at the end", `${valid}\n`, "malformed"],
    ["the standard alphabet in the signature", compact(header, "{}", "+/AA"), "malformed"],
    ["unused bits set in the signature", compact(header, "{}", "AB"), "malformed"],
    ["a header that is not JSON", compact("{"), "malformed"],
    ["an array as header", compact('["RS256"]'), "malformed"],
    ["null as header", compact("null"), "malformed"],
    ["a byte order mark", compact(`\ufeff${header}`), "malformed"],
    [
      "bytes that are not UTF-8",
      `${encode(header)}.${Buffer.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d).toString("base64url")}.AAAA`,
      "malformed",
    ],
    ["an array as payload", compact(header, "[]"), "malformed"],
    ["a text as payload", compact(header, '"a"'), "malformed"],
    ["a number as payload", compact(header, "1"), "malformed"],
    ["trailing text after the payload", compact(header, "{}{}"), "malformed"],
    ["5,000 levels of nesting", compact(header, `{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`), "malformed"],
    ["no alg", compact('{"typ":"JWT"}'), "malformed"],
    ["a number as alg", compact('{"alg":1}'), "malformed"],
    ["alg none", compact('{"alg":"none"}', "{}", ""), "unsupportedAlgorithm"],
    ["alg None", compact('{"alg":"None"}', "{}", ""), "unsupportedAlgorithm"],
    ["alg rs256", compact('{"alg":"rs256"}'), "unsupportedAlgorithm"],
    ["alg HS512", compact('{"alg":"HS512"}'), "unsupportedAlgorithm"],
    ["alg constructor", compact('{"alg":"constructor"}'), "unsupportedAlgorithm"],
    ["alg __proto__", compact('{"alg":"__proto__"}'), "unsupportedAlgorithm"],
    [
      "alg PBES2 with a huge p2c",
      compact('{"alg":"PBES2-HS256+A128KW","p2c":2147483647}'),
      "unsupportedAlgorithm",
    ],
    ["unknown crit", compact('{"alg":"RS256","crit":["exp"],"exp":1}'), "unknownCriticalHeader"],
    ["crit b64", compact('{"alg":"RS256","b64":false,"crit":["b64"]}'), "unknownCriticalHeader"],
    ["empty crit", compact('{"alg":"RS256","crit":[]}'), "unknownCriticalHeader"],
    ["alg twice", compact('{"alg":"none","alg":"RS256"}'), "duplicateMember"],
    ["alg twice, one escaped", compact('{"\\u0061lg":"none","alg":"RS256"}'), "duplicateMember"],
    ["a claim twice", compact(header, '{"sub":"a","sub":"b"}'), "duplicateMember"],
    ["a claim twice, spaced out", compact(header, '{"sub"\n:"a" , "sub"\t: "b"}'), "duplicateMember"],
    ["a nested member twice", compact(header, '{"a":[{"b":{"c":1,"c":2}}]}'), "duplicateMember"],
    ["__proto__ twice", compact(header, '{"__proto__":1,"__proto__":2}'), "duplicateMember"],
    ["more than 16 KiB", compact(header, `{"a":"${"x".repeat(13_000)}"}`), "tooLarge"],
  ]

  test.each(refused)("is refused: %s", (_, text, code) => {
    expect(codeOf(() => parseJws(text))).toBe(code)
  })

  test("is refused when it is no text at all", () => {
    for (const value of [undefined, null, 7, {}])
      expect(codeOf(() => parseJws(value as never))).toBe("malformed")
  })

  test.each([
    '{"a":"b","c":"a"}',
    '{"a":"\\":","b":"\\\\","c":"{\\"a\\":1,\\"a\\":2}"}',
    '{"a":[{"b":1},{"b":2}],"b":{"a":1}}',
    '{"":"","a\\\\":1,"a\\"":2}',
  ])("is not mistaken for one with duplicates: %s", (payload) => {
    expect(parseJws(compact(header, payload)).payload).toEqual(JSON.parse(payload))
  })

  test("does not show up in the error", () => {
    let text = ""
    try {
      parseJws(compact('{"alg":"S3CRET"}', '{"S3CRET":1}', encode("S3CRET")))
    } catch (error) {
      text = `${String(error)} ${JSON.stringify(error)}`
    }

    expect(text).toContain("not supported")
    expect(text).not.toContain("S3CRET")
  })
})

describe("a weak key", () => {
  const parsed = (alg: JwsAlgorithm) => parseJws(compact(`{"alg":"${alg}"}`, "{}", "A".repeat(86)))

  test.each([
    ["1,024 bits", generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey],
    ["exponent 1", withExponent("AQ")],
    ["an even exponent", withExponent("AQAC")],
    ["a huge exponent", withExponent("____________")],
    ["Ed25519", generateKeyPairSync("ed25519").publicKey],
    ["a private key", rsa.privateKey],
  ])("never verifies RS256: %s", (_, key) => {
    expect(codeOf(() => verifyJws(parsed("RS256"), { algorithms: ["RS256"], key }))).toBe("unsuitableKey")
  })

  test.each(["P-384", "secp256k1"])("never verifies ES256: curve %s", (namedCurve) => {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve })

    const verify = () => verifyJws(parsed("ES256"), { algorithms: ["ES256"], key: publicKey })

    expect(codeOf(verify)).toBe("unsuitableKey")
    expect(codeOf(() => signJws({ alg: "ES256" }, {}, privateKey))).toBe("unsuitableKey")
  })

  test("of less than 32 bytes signs no HS256, and verifies only when the caller asks for it", () => {
    const short = createSecretKey(Buffer.from("PleaseUseYourOwnSigningKeyHere"))
    const input = `${encode('{"alg":"HS256","typ":"JWT"}')}.${encode("{}")}`
    const jws = parseJws(`${input}.${createHmac("sha256", short).update(input).digest("base64url")}`)

    expect(codeOf(() => signJws({ alg: "HS256" }, {}, short))).toBe("unsuitableKey")
    expect(codeOf(() => verifyJws(jws, { algorithms: ["HS256"], key: short }))).toBe("unsuitableKey")
    expect(verifyJws(jws, { algorithms: ["HS256"], key: short, allowShortSecret: true })).toBeUndefined()
  })

  test("signs nothing: public key, wrong family", () => {
    expect(codeOf(() => signJws({ alg: "RS256" }, {}, rsa.publicKey))).toBe("unsuitableKey")
    expect(codeOf(() => signJws({ alg: "HS256" }, {}, rsa.privateKey))).toBe("unsuitableKey")
    expect(codeOf(() => signJws({ alg: "RS256" }, {}, secret))).toBe("unsuitableKey")
    expect(codeOf(() => signJws({ alg: "none" as never }, {}, secret))).toBe("unsupportedAlgorithm")
  })

  function withExponent(e: string): KeyObject {
    const { n = "" } = rsa.publicKey.export({ format: "jwk" })
    return createPublicKey({ key: { kty: "RSA", n, e }, format: "jwk" })
  }
})

describe("a payload given as text", () => {
  test("is signed byte for byte, slashes, order and spaces included", () => {
    const payload = '{"z":1, "a":"https://x/y","é":"\\u00e9"}'
    const [header, body] = signJws({ alg: "HS256", typ: "JWT" }, payload, secret).split(".")

    expect(Buffer.from(header ?? "", "base64url").toString()).toBe('{"alg":"HS256","typ":"JWT"}')
    expect(Buffer.from(body ?? "", "base64url").toString()).toBe(payload)
  })

  // Protects: app tokens of another product verify and are minted again byte for byte.
  test("gives the example of RFC 7515 A.1 exactly", () => {
    const k = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
    const header = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
    const payload =
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    const signature = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    const key = createSecretKey(Buffer.from(k, "base64url"))

    const jws = parseJws(`${header}.${payload}.${signature}`)

    expect(verifyJws(jws, { algorithms: ["HS256"], key })).toBeUndefined()
    const text = Buffer.from(payload, "base64url").toString()
    expect(signJws({ alg: "HS256" }, text, key).split(".")[1]).toBe(payload)
  })
})
