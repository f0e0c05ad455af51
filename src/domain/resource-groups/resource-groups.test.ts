import { describe, test } from "vitest"
import { openTestInstallation, testSubscriptionId } from "../../../test/installation.ts"
import { parseLocation, parseTags, createOrUpdateResourceGroup, getResourceGroup } from "./index.ts"

describe("tags", () => {
  test("are taken up to their limits", ({ expect }) => {
    const fifty = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`tag ${index}`, "x".repeat(256)]),
    )

    expect(parseTags("vault", fifty)).toEqual(fifty)
    expect(parseTags("vault", { ["n".repeat(512)]: "" })).toEqual({ ["n".repeat(512)]: "" })
  })

  test.for([
    ["fifty-one", Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`t${index}`, ""]))],
    ["one without a name", { "": "x" }],
    ["a name of 513 characters", { ["n".repeat(513)]: "x" }],
    ["a name with a slash", { "a/b": "x" }],
    ["a value of 257 characters", { a: "x".repeat(257) }],
    ["a value that is no text", { a: null }],
  ] as const)("are refused: %s", ([, tags], { expect }) => {
    expect(() => parseTags("vault", tags)).toThrow(
      expect.objectContaining({ kind: "invalidInput", target: "tags" }),
    )
  })
})

describe("locations", () => {
  test("have one spelling", ({ expect }) => {
    expect(["East US", "eastus", "EASTUS2", "local"].map((name) => parseLocation("vault", name))).toEqual([
      "eastus",
      "eastus",
      "eastus2",
      "local",
    ])
  })

  test.for(["", "1", "../x", "a/b", "x".repeat(51)])(
    "are refused when they cannot be a name: %j",
    (name, { expect }) => {
      expect(() => parseLocation("vault", name)).toThrow(
        expect.objectContaining({ kind: "invalidInput", target: "location" }),
      )
    },
  )
})

describe("getResourceGroup", () => {
  test("does not tell a stranger which groups exist", async ({ expect }) => {
    const { context, operator, stranger } = await openTestInstallation()
    const subscriptionId = testSubscriptionId
    await createOrUpdateResourceGroup(context, operator, { subscriptionId, name: "there", location: "local" })

    for (const name of ["there", "nowhere"]) {
      await expect(getResourceGroup(context, stranger, { subscriptionId, name })).rejects.toMatchObject({
        kind: "forbidden",
        denied: { assignmentScope: `/subscriptions/${subscriptionId}/resourceGroups/${name}` },
      })
    }
  })
})
