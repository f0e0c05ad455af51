import { describe, test } from "vitest"
import { builtInTokenRoles, coversRole, holdsAnyRole } from "./token-roles.ts"

describe("coversRole", () => {
  test.for([
    [["Administrator"], "Operator", true],
    [["Administrator"], "a custom role", true],
    [["administrator"], "OPERATOR", true],
    [["Operator"], "Administrator", false],
    [["Operator"], "Execute", true],
    [["Operator"], "Reader", true],
    [["Operator"], "API Editor", true],
    [["Operator"], "User", false],
    [["Operator"], "a custom role", false],
    [["Execute"], "Reader", true],
    [["Execute"], "Operator", false],
    [["Reader"], "Execute", false],
    [["Reader"], "API Reader", true],
    [["Reader"], "API Editor", false],
    [["User"], "User", true],
    [["a custom role"], "A Custom Role", true],
    [["a custom role"], "Reader", false],
    [["API Editor", "App Editor"], "Reader", false],
    [[], "User", false],
  ] as const)("%j over %s: %j", ([held, wanted, covered], { expect }) => {
    expect(coversRole(held, wanted)).toBe(covered)
  })
})

test("holdsAnyRole ignores letter case and takes any one of the roles", ({ expect }) => {
  expect(holdsAnyRole(["reader"], ["Operator", "Reader"])).toBe(true)
  expect(holdsAnyRole(["Read"], ["Operator", "Reader"])).toBe(false)
  expect(holdsAnyRole([], ["Reader"])).toBe(false)
})

test("nothing can change a built-in role", ({ expect }) => {
  const [administrator] = builtInTokenRoles

  expect(() => ((administrator!.permissions as string[])[0] = "apis/read")).toThrow(TypeError)
  expect(() => (administrator!.name = "Other")).toThrow(TypeError)
  expect(() => (builtInTokenRoles as unknown[]).push({})).toThrow(TypeError)
})
