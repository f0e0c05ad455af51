import { describe, expect, test } from "vitest"
import { decryptRc2Cbc } from "./rc2.ts"

const hex = (text: string) => Buffer.from(text, "hex")

describe("RC2", () => {
  test("refuses nothing, part of a block, and a block without padding", () => {
    const key = hex("88bca90e90875a7f0f9c384627bafbb2")
    const iv = new Uint8Array(8)

    expect(decryptRc2Cbc(key, iv, new Uint8Array(0))).toBeUndefined()
    expect(decryptRc2Cbc(key, iv, new Uint8Array(7))).toBeUndefined()
    // Its plaintext is all zeros, which is no padding.
    expect(decryptRc2Cbc(key, iv, hex("45f1db68789a9b7e"))).toBeUndefined()
  })

  // openssl enc -rc2-ecb -nopad -provider legacy
  test("decrypts what OpenSSL encrypted with a key of 128 bits", () => {
    // An IV of eights turns the plaintext of zeros into a block of padding and the result into nothing.
    const key = hex("88bca90e90875a7f0f9c384627bafbb2")

    expect(decryptRc2Cbc(key, hex("0808080808080808"), hex("45f1db68789a9b7e"))).toHaveLength(0)
    expect(decryptRc2Cbc(key, hex("0808080808080808"), hex("45f1db68789a9b7f"))).toBeUndefined()
  })

  test("decrypts the vector of RFC 2268 section 5 with a key of 64 bits, all ones", () => {
    const iv = Buffer.from(hex("f7f7f7f7f7f7f7f7"))

    expect(decryptRc2Cbc(hex("ffffffffffffffff"), iv, hex("278b27e42e2f0d49"))).toHaveLength(0)
  })
})
