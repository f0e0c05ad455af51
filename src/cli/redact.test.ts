import { test } from "vitest"
import { createRedactor } from "./redact.ts"

const token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"

test("tokens are blotted out wherever they stand, with and without their signature", ({ expect }) => {
  const { redact } = createRedactor()

  expect(redact(`a ${token} b Bearer ${token}`)).toBe("a *** b Bearer ***")
  expect(redact(`"${token.split(".").slice(0, 2).join(".")}"`)).toBe('"***"')
  expect(redact("eyJ is how they begin")).toBe("eyJ is how they begin")
})

test("secrets of this run are blotted out, everywhere", ({ expect }) => {
  const redactor = createRedactor()
  redactor.add("pass$word")

  expect(redactor.redact("pass$word and pass$word")).toBe("*** and ***")
})

test("a secret too short to hide does not blot out words", ({ expect }) => {
  const redactor = createRedactor()
  redactor.add("")
  redactor.add("the")

  expect(redactor.redact("the other")).toBe("the other")
})
