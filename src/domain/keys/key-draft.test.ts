import { describe, expect, test } from "vitest"
import { keyOperationsOf } from "./index.ts"

describe("keyOperationsOf", () => {
  test.each([
    ["RSA", [], ["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"]],
    ["RSA", ["digitalSignature", "keyEncipherment"], ["sign", "verify", "wrapKey", "unwrapKey"]],
    ["RSA", ["dataEncipherment"], ["encrypt", "decrypt"]],
    ["RSA", ["encipherOnly"], ["encrypt"]],
    ["RSA", ["decipherOnly", "cRLSign"], ["decrypt", "sign", "verify"]],
    ["RSA", ["keyAgreement"], []],
    ["EC", [], ["sign", "verify"]],
    ["EC", ["nonRepudiation", "keyEncipherment"], ["sign", "verify"]],
    ["EC", ["keyEncipherment"], []],
  ] as const)("of a %s key with the usages %j are %j", (keyType, usages, operations) => {
    expect(keyOperationsOf(keyType, usages)).toEqual(operations)
  })
})
