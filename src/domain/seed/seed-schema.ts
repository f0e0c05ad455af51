import * as v from "valibot"
import { isGuid } from "../../guid.ts"

/** Where a text is that does not stand in the file itself. */
export interface Reference {
  value?: string | undefined
  /** A path, relative to the seed file. */
  file?: string | undefined
  /** Name of an environment variable. */
  env?: string | undefined
}

/** Looks a reference up. @throws Error with a sentence that holds nothing of what it found */
export type Resolve = (reference: Reference) => Uint8Array

const guid = v.pipe(v.string(), v.check(isGuid, "has to be a GUID"), v.toLowerCase())
const name = v.pipe(v.string(), v.minLength(1, "has to have at least one character"))
const tags = v.optional(v.record(v.string(), v.string()))
const days = v.pipe(v.number(), v.integer("has to be a whole number"), v.minValue(1, "has to be at least 1"))
const listOf = <Item extends v.GenericSchema>(item: Item) => v.optional(v.array(item), [])

/** The file's shape; references come out of it resolved. */
export function createSeedSchema(resolve: Resolve) {
  const text = reference(resolve, toText)
  const keyMaterial = reference(resolve, toTextOrBase64)
  return v.strictObject({
    $schema: v.optional(v.string()),
    tenants: listOf(tenant),
    users: listOf(
      v.strictObject({
        tenant: v.optional(name),
        id: v.optional(guid),
        userPrincipalName: name,
        displayName: v.optional(name),
        password: text,
      }),
    ),
    applications: listOf(
      v.strictObject({
        tenant: v.optional(name),
        appId: v.optional(guid),
        objectId: v.optional(guid),
        servicePrincipalId: v.optional(guid),
        displayName: name,
        identifierUris: listOf(name),
        accessTokenVersion: v.optional(v.picklist([1, 2])),
        secrets: listOf(
          v.strictObject({ displayName: v.optional(name), lifetimeDays: v.optional(days), secret: text }),
        ),
        certificates: listOf(text),
      }),
    ),
    resourceGroups: listOf(
      v.strictObject({ subscription: v.optional(guid), name, location: v.optional(name), tags }),
    ),
    managedIdentities: listOf(v.strictObject(placed)),
    vaults: listOf(
      v.strictObject({
        ...placed,
        sku: v.optional(v.picklist(["standard", "premium"])),
        softDeleteRetentionDays: v.optional(days),
        purgeProtection: v.optional(v.boolean()),
        secrets: listOf(v.strictObject({ name, value: text, contentType: v.optional(v.string()), tags })),
        certificates: listOf(v.strictObject({ name, value: keyMaterial, password: v.optional(text), tags })),
      }),
    ),
    roleAssignments: listOf(v.strictObject({ role: name, to: principal, at: v.optional(place, {}) })),
    tokenRoles: listOf(v.strictObject({ name, description: v.optional(v.string()) })),
    tokenIdentities: listOf(
      v.strictObject({ name, tokenRoles: listOf(name), user: v.optional(name), password: v.optional(text) }),
    ),
  })
}

const tenant = v.strictObject({
  id: v.optional(guid),
  domain: name,
  displayName: v.optional(name),
  subscriptions: listOf(v.strictObject({ id: guid, displayName: v.optional(name) })),
})

const placed = {
  subscription: v.optional(guid),
  resourceGroup: v.optional(name),
  name,
  location: v.optional(name),
  tags,
}

const principal = v.pipe(
  v.strictObject({
    application: v.optional(name),
    managedIdentity: v.optional(name),
    user: v.optional(name),
    id: v.optional(guid),
    tenant: v.optional(name),
  }),
  v.check(
    ({ application, managedIdentity, user, id }) => countGiven(application, managedIdentity, user, id) === 1,
    "has to have exactly one of application, managedIdentity, user and id",
  ),
)

const place = v.pipe(
  v.strictObject({
    scope: v.optional(name),
    subscription: v.optional(guid),
    resourceGroup: v.optional(name),
    vault: v.optional(name),
    secret: v.optional(name),
    key: v.optional(name),
    certificate: v.optional(name),
  }),
  v.check(
    ({ scope, vault, resourceGroup }) => countGiven(scope, vault, resourceGroup) <= 1,
    "has to have at most one of scope, vault and resourceGroup",
  ),
  v.check(
    ({ vault, secret, key, certificate }) =>
      countGiven(secret, key, certificate) <= (vault === undefined ? 0 : 1),
    "has to have at most one of secret, key and certificate, and a vault with it",
  ),
)

function reference(resolve: Resolve, convert: (bytes: Uint8Array, reference: Reference) => string) {
  const toReference = v.pipe(
    v.string(),
    v.transform((value): Reference => ({ value })),
  )
  const outside = v.strictObject({
    value: v.optional(v.string()),
    file: v.optional(name),
    env: v.optional(name),
  })
  return v.pipe(
    v.union([toReference, outside], "has to be text, or have exactly one of value, file and env"),
    v.rawTransform(({ dataset, addIssue, NEVER }): string => {
      const { value, file, env } = dataset.value
      if (countGiven(value, file, env) !== 1) {
        addIssue({ message: "has to be text, or have exactly one of value, file and env" })
        return NEVER
      }
      try {
        return convert(resolve(dataset.value), dataset.value)
      } catch (error) {
        addIssue({ message: (error as Error).message })
        return NEVER
      }
    }),
  )
}

/** Editors end a file with a line break, which is no part of a password. */
function toText(bytes: Uint8Array, { file }: Reference): string {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  return file === undefined ? text : text.replace(/\r?\n$/, "")
}

/** A PFX file is bytes, and travels as base64. */
function toTextOrBase64(bytes: Uint8Array, { file }: Reference): string {
  const text = Buffer.from(bytes).toString("latin1")
  return file === undefined || text.includes("-----BEGIN") ? text : Buffer.from(bytes).toString("base64")
}

function countGiven(...values: unknown[]): number {
  return values.filter((value) => value !== undefined).length
}

export type Seed = v.InferOutput<ReturnType<typeof createSeedSchema>>
