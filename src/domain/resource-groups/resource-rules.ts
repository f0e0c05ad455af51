import type { Tags } from "../../storage/records.ts"
import { type DomainErrorSubject, invalidInput } from "../errors.ts"

const tagsMax = 50
const tagNameLengthMax = 512
const tagValueLengthMax = 256
const locationPattern = /^[a-z][a-z0-9-]{1,49}$/

/**
 * The tags of a resource, from what came.
 *
 * @throws DomainError `invalidInput` - more than 50, or a name or value that is too long or no text
 * @see Tag limitations, https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations
 */
export function parseTags(subject: DomainErrorSubject, tags: { [name: string]: unknown }): Tags {
  const entries = Object.entries(tags)
  if (entries.length > tagsMax) throw invalidInput(subject, "tags", `A resource has at most ${tagsMax} tags`)
  return Object.fromEntries(
    entries.map(([name, value]) => [parseTagName(subject, name), parseTagValue(subject, name, value)]),
  )
}

function parseTagName(subject: DomainErrorSubject, name: string): string {
  if (name === "" || name.length > tagNameLengthMax || /[<>%&\\?/]/.test(name)) {
    throw invalidInput(
      subject,
      "tags",
      `A tag name has 1 to ${tagNameLengthMax} characters, none of them <>%&\\?/`,
    )
  }
  return name
}

function parseTagValue(subject: DomainErrorSubject, name: string, value: unknown): string {
  if (typeof value === "string" && value.length <= tagValueLengthMax) return value
  throw invalidInput(
    subject,
    "tags",
    `The value of tag "${name}" must be text of at most ${tagValueLengthMax} characters`,
  )
}

/**
 * The name of a location in its canonical spelling: "East US" is `eastus`. Every name is a location here.
 * @throws DomainError `invalidInput` - it cannot be a name
 */
export function parseLocation(subject: DomainErrorSubject, location: string): string {
  const name = location.replaceAll(" ", "").toLowerCase()
  if (locationPattern.test(name)) return name
  throw invalidInput(
    subject,
    "location",
    `"${location}" cannot be a location: give a name such as westeurope or local`,
  )
}
