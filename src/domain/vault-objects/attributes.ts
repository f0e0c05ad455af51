import type { Tags, VaultObjectKind } from "../../storage/records.ts"
import { invalidInput } from "../errors.ts"

/** What a caller may say about a version. Absent members keep their value, or take the default. */
export interface AttributesInput {
  enabled?: boolean | undefined
  /** Epoch seconds. */
  notBefore?: number | undefined
  expiresAt?: number | undefined
  contentType?: string | undefined
  /** Replaces all tags. */
  tags?: Tags | undefined
}

const contentTypeCharactersMax = 255
const tagCountMax = 15
const tagCharactersMax: Readonly<Record<VaultObjectKind, number>> = {
  secret: 512,
  key: 256,
  certificate: 256,
}
/** 9999-12-31T23:59:59Z: the last instant that every client can show. */
const lastInstant = 253_402_300_799

/** @throws DomainError `invalidInput` naming the member and its limit */
export function assertAttributes(kind: VaultObjectKind, input: AttributesInput): void {
  assertInstant(kind, "nbf", input.notBefore)
  assertInstant(kind, "exp", input.expiresAt)
  const { notBefore, expiresAt, contentType, tags } = input
  if (notBefore !== undefined && expiresAt !== undefined) assertOrder(kind, notBefore, expiresAt)
  if (contentType !== undefined) assertText(kind, "contentType", contentType, contentTypeCharactersMax)
  if (tags !== undefined) assertTags(kind, tags)
}

/** @throws DomainError `invalidInput` - ends before it begins */
export function assertOrder(kind: VaultObjectKind, notBefore: number | null, expiresAt: number | null): void {
  if (notBefore === null || expiresAt === null || notBefore <= expiresAt) return
  throw invalidInput(kind, "exp", "The attribute exp must not be earlier than nbf")
}

function assertInstant(kind: VaultObjectKind, target: string, instant: number | undefined): void {
  if (instant === undefined) return
  if (Number.isSafeInteger(instant) && instant >= 0 && instant <= lastInstant) return
  throw invalidInput(
    kind,
    target,
    `The attribute ${target} must be whole seconds since 1970 (0 to ${lastInstant})`,
  )
}

function assertTags(kind: VaultObjectKind, tags: Tags): void {
  const entries = Object.entries(tags)
  if (entries.length > tagCountMax) {
    throw invalidInput(kind, "tags", `There are ${entries.length} tags; an object has at most ${tagCountMax}`)
  }
  for (const [name, value] of entries) {
    assertText(kind, "tags", name, tagCharactersMax[kind])
    assertText(kind, "tags", value, tagCharactersMax[kind])
  }
}

function assertText(kind: VaultObjectKind, target: string, text: string, charactersMax: number): void {
  assertWellFormed(kind, target, text)
  if (text.length <= charactersMax) return
  throw invalidInput(
    kind,
    target,
    `A text in ${target} has ${text.length} characters; at most ${charactersMax} are allowed`,
  )
}

/** Text with half a surrogate pair would come back changed. @throws DomainError `invalidInput` */
export function assertWellFormed(kind: VaultObjectKind, target: string, text: string): void {
  if (text.isWellFormed()) return
  throw invalidInput(
    kind,
    target,
    `A text in ${target} is not valid Unicode: it holds half of a surrogate pair`,
  )
}
