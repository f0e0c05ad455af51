import { describe, expect, test } from "vitest"
import { isGuid, nilGuid } from "./guid.ts"

describe("a GUID", () => {
  test.for(["3f752837-3303-4d0e-9e39-5757dda60aa2", "3F752837-3303-4D0E-9E39-5757DDA60AA2", nilGuid])(
    "is %s",
    (text) => {
      expect(isGuid(text)).toBe(true)
    },
  )

  test.for([
    "",
    "3f75283733034d0e9e395757dda60aa2",
    "{3f752837-3303-4d0e-9e39-5757dda60aa2}",
    "3f752837-3303-4d0e-9e39-5757dda60aa2\n",
    "3f752837-3303-4d0e-9e39-5757dda60aag",
  ])("is not %j", (text) => {
    expect(isGuid(text)).toBe(false)
  })
})
