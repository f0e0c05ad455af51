import { createHmac, createPublicKey, type KeyObject, sign } from "node:crypto"
import { decodeJwt, decodeProtectedHeader } from "jose"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { openTestContext, type TestContext, testNow } from "../../../test/context.ts"
import { testTenantId } from "../../../test/installation.ts"
import { seal } from "../../crypto/seal.ts"
import { exportSigningKey, generateSigningKey, type SigningKey } from "../../crypto/signing-keys.ts"
import type { ServicePrincipalRecord } from "../../storage/records.ts"
import { systemCaller } from "../access/index.ts"
import { findResource, registerApplication, type WellKnownResource } from "../applications/index.ts"
import { createTenant } from "../tenants/index.ts"
import { getActiveSigningKey } from "./signing-keys.ts"
import { ensureSigningKeys, issueAppOnlyToken, listPublishedSigningKeys, verifyAccessToken } from "./index.ts"

const system = systemCaller(testTenantId)
const vaultAudience = "https://vault.azure.net"

/** A context with one tenant, one application, and signing keys. */
async function open(): Promise<{ context: TestContext; servicePrincipal: ServicePrincipalRecord }> {
  const context = await openTestContext()
  await createTenant(context, system, { id: testTenantId, domain: "contoso.example" })
  await ensureSigningKeys(context)
  const { servicePrincipal } = await registerApplication(context, system, { displayName: "Client" })
  return { context, servicePrincipal }
}

async function issue(
  context: TestContext,
  servicePrincipal: ServicePrincipalRecord,
  {
    audience = vaultAudience,
    ...more
  }: { audience?: string; lifetimeSeconds?: number; appRoles?: string[] } = {},
): Promise<string> {
  const resource = await findResource(context, servicePrincipal.tenantId, audience)
  if (resource === undefined) throw new TypeError(`No resource ${audience}`)
  const { accessToken } = await issueAppOnlyToken(context, {
    servicePrincipal,
    resource,
    requestedAudience: audience,
    strength: "secret",
    ...more,
  })
  return accessToken
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")

/** A token by any key, with any header and claims. */
function forge(header: object, payload: object, key: KeyObject): string {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${sign("sha256", Buffer.from(input), key).toString("base64url")}`
}

describe("signing keys", () => {
  test("are made once, sealed, and told in the audit log", async () => {
    const { context } = await open()
    const [record, ...others] = await context.store.signingKeys.list({ where: { use: "access-token" } })

    await Promise.all([ensureSigningKeys(context), ensureSigningKeys(context)])

    const pkcs8 = (await getActiveSigningKey(context)).privateKey.export({ type: "pkcs8", format: "der" })
    expect(others).toEqual([])
    expect(Buffer.from(record?.sealedKey ?? []).includes(pkcs8.subarray(40, 80))).toBe(false)
    expect(await context.store.signingKeys.list({ where: { use: "access-token" } })).toEqual([record])
    const events = await context.store.auditEvents.list({ orderBy: "sequence" })
    expect(events.filter(({ action }) => action === "SigningKeyCreate").map(({ target }) => target)).toEqual([
      record?.id,
    ])
  })

  test("are made once even when two servers start at the same instant", async () => {
    const context = await openTestContext()

    await Promise.all([ensureSigningKeys(context), ensureSigningKeys(context)])

    expect(await context.store.signingKeys.list({})).toHaveLength(1)
  })

  test("cannot be opened once a byte of them was changed", async () => {
    const { context, servicePrincipal } = await open()
    const [record] = await context.store.signingKeys.list({})
    if (record === undefined) throw new Error("There is no signing key")
    const sealedKey = Uint8Array.from(record.sealedKey, (byte, at) => (at === 60 ? byte ^ 1 : byte))
    await context.store.transaction((tx) => tx.signingKeys.update({ ...record, sealedKey }))

    await expect(issue(context, servicePrincipal)).rejects.toThrow("Cannot open sealed data")
  })

  test("sign from their instant on, and are published before it and until they retire", async () => {
    const { context, servicePrincipal } = await open()
    const first = (await getActiveSigningKey(context)).kid
    const oldToken = await issue(context, servicePrincipal)
    const next = await insertKey(context, { activeAt: testNow + 100, retireFirstAt: testNow + 200 })
    const kids = async () => (await listPublishedSigningKeys(context)).map(({ kid }) => kid).toSorted()

    expect(decodeProtectedHeader(await issue(context, servicePrincipal)).kid).toBe(first)
    expect(await kids()).toEqual([first, next].toSorted())

    context.clock.set(testNow + 100)
    expect(decodeProtectedHeader(await issue(context, servicePrincipal)).kid).toBe(next)
    expect(await verifyAccessToken(context, oldToken, { resource: "vault" })).toBeDefined()

    context.clock.set(testNow + 200)
    expect(await kids()).toEqual([next])
    await expect(verifyAccessToken(context, oldToken, { resource: "vault" })).rejects.toMatchObject({
      reason: "signature",
    })
  })
})

/** Puts another key beside the first, which retires. */
async function insertKey(
  context: TestContext,
  { activeAt, retireFirstAt }: { activeAt: number; retireFirstAt: number },
): Promise<string> {
  const key = await generateSigningKey({ now: testNow })
  const { privateKeyPkcs8, certificateDer } = exportSigningKey(key)
  const [first] = await context.store.signingKeys.list({})
  const sealingKey = context.keyring.signingSealingKey
  await context.store.transaction(async (tx) => {
    if (first !== undefined) await tx.signingKeys.update({ ...first, retiredAt: retireFirstAt })
    await tx.signingKeys.insert({
      id: key.kid,
      use: "access-token",
      dataKeyId: sealingKey.id,
      certificate: certificateDer,
      sealedKey: seal(sealingKey, privateKeyPkcs8, ["signing-key", key.kid]),
      createdAt: testNow,
      activeAt,
      retiredAt: null,
    })
  })
  return key.kid
}

describe("issueAppOnlyToken", () => {
  test("lives as long as was asked for, or between 60 and 90 minutes", async () => {
    const { context, servicePrincipal } = await open()

    const fixed = decodeJwt(await issue(context, servicePrincipal, { lifetimeSeconds: 600 }))
    const spread = await Promise.all(Array.from({ length: 20 }, () => issue(context, servicePrincipal)))

    expect([fixed.iat, fixed.nbf, fixed.exp]).toEqual([testNow - 300, testNow - 300, testNow + 600])
    const lifetimes = spread.map((token) => (decodeJwt(token).exp ?? 0) - testNow)
    expect(Math.min(...lifetimes)).toBeGreaterThanOrEqual(3600)
    expect(Math.max(...lifetimes)).toBeLessThanOrEqual(5400)
    expect(new Set(lifetimes).size).toBeGreaterThan(1)
  })

  test("lives as long as the operator of the server decided", async () => {
    const { context, servicePrincipal } = await open()

    const token = await issue({ ...context, accessTokenLifetimeSeconds: 900 }, servicePrincipal)

    expect(decodeJwt(token).exp).toBe(testNow + 900)
  })

  test("names the roles that were given, and the verifier reads them", async () => {
    const { context, servicePrincipal } = await open()
    const token = await issue(context, servicePrincipal, { appRoles: ["Orders.Read"] })

    expect(decodeJwt(token)["roles"]).toEqual(["Orders.Read"])
    expect((await verifyAccessToken(context, token, { resource: "vault" })).appRoles).toEqual(["Orders.Read"])
  })

  test("never issues the same id twice", async () => {
    const { context, servicePrincipal } = await open()

    const tokens = await Promise.all(Array.from({ length: 5 }, () => issue(context, servicePrincipal)))

    for (const claim of ["uti", "aio", "rh"]) {
      expect(new Set(tokens.map((token) => decodeJwt(token)[claim])).size).toBe(5)
    }
  })
})

describe("verifyAccessToken", () => {
  let context: TestContext
  let servicePrincipal: ServicePrincipalRecord
  let ours: SigningKey
  let foreign: SigningKey
  beforeAll(async () => {
    ;({ context, servicePrincipal } = await open())
    ours = await getActiveSigningKey(context)
    foreign = await generateSigningKey({ now: testNow })
  })
  afterAll(() => context.store.close())

  const verify = (token: string, resource: WellKnownResource = "vault") =>
    verifyAccessToken(context, token, { resource })
  const header = () => ({ typ: "JWT", alg: "RS256", x5t: ours.kid, kid: ours.kid })
  const claims = async () => decodeJwt(await issue(context, servicePrincipal))

  test("tells in our words what a good token says, at first sight and from memory", async () => {
    const token = await issue(context, servicePrincipal, { lifetimeSeconds: 600 })

    const expected = {
      tenantId: testTenantId,
      principalId: servicePrincipal.id,
      principalType: "ServicePrincipal",
      appId: servicePrincipal.appId,
      displayName: "Client",
      appRoles: [],
      tokenId: decodeJwt(token)["uti"],
      notBefore: testNow - 300,
      expiresAt: testNow + 600,
    }
    expect(await verify(token)).toEqual(expected)
    expect(await verify(token)).toEqual(expected)
  })

  test.for([
    ["vault", "https://vault.azure.net"],
    ["vault", "https://vault.azure.net/"],
    ["vault", "https://vault.localhost:8443"],
    ["vault", "cfa8b339-82a2-471a-a3c9-0fc0be7a4093"],
    ["resourceManager", "https://management.azure.com"],
    ["resourceManager", "https://management.core.windows.net/"],
    ["resourceManager", "https://localhost:8443"],
    ["graph", "https://graph.microsoft.com"],
    ["graph", "00000003-0000-0000-c000-000000000000"],
  ] as const)("opens the %s with the audience %s, and nothing else", async ([resource, audience]) => {
    const token = await issue(context, servicePrincipal, { audience })

    expect((await verify(token, resource)).appId).toBe(servicePrincipal.appId)
    for (const other of (["vault", "resourceManager", "graph"] as const).filter((one) => one !== resource)) {
      await expect(verify(token, other)).rejects.toMatchObject({
        kind: "unauthenticated",
        reason: "audience",
      })
    }
  })

  test("refuses what is no token", async () => {
    for (const text of [
      "",
      "x",
      "a.b.c",
      "..",
      `${encode({ alg: "none" })}.${encode({})}.`,
      "a".repeat(20_000),
    ]) {
      await expect(verify(text)).rejects.toMatchObject({
        kind: "unauthenticated",
        subject: "token",
        reason: "malformed",
        detail: "The token is not an access token",
      })
    }
  })

  test("refuses a good token whose signature was taken off", async () => {
    const [, payload] = (await issue(context, servicePrincipal)).split(".")

    await expect(verify(`${encode({ alg: "none", typ: "JWT" })}.${payload}.`)).rejects.toMatchObject({
      reason: "malformed",
    })
  })

  test("refuses a MAC keyed with the public key or the certificate", async () => {
    const input = `${encode({ ...header(), alg: "HS256" })}.${encode(await claims())}`
    const spki = createPublicKey(ours.privateKey).export({ type: "spki", format: "pem" })
    for (const key of [spki, ours.certificate.der]) {
      const token = `${input}.${createHmac("sha256", key).update(input).digest("base64url")}`
      await expect(verify(token)).rejects.toMatchObject({ reason: "signature" })
    }
  })

  test.for([
    ["a header that says PS256", { alg: "PS256" }, "signature"],
    ["a header that says RS512", { alg: "RS512" }, "signature"],
    ["no key id", { kid: undefined }, "signature"],
    ["an unknown key id", { kid: "x" }, "signature"],
    ["a critical header", { crit: ["exp"] }, "malformed"],
    ["the type of another kind of token", { typ: "at+jwt" }, "malformed"],
    ["no type", { typ: undefined }, "malformed"],
  ] as const)("refuses %s, though our key signed", async ([, changes, reason]) => {
    const token = forge({ ...header(), ...changes }, await claims(), ours.privateKey)

    await expect(verify(token)).rejects.toMatchObject({ kind: "unauthenticated", reason })
  })

  test("refuses another key's signature, even under our key id and with that key in the header", async () => {
    const jwk = foreign.publicKey.export({ format: "jwk" })

    for (const changes of [{ kid: foreign.kid }, {}, { jwk, x5u: "https://evil.example" }]) {
      const token = forge({ ...header(), ...changes }, await claims(), foreign.privateKey)
      await expect(verify(token)).rejects.toMatchObject({ reason: "signature" })
    }
  })

  test.for([
    [
      "another tenant's issuer",
      { iss: "https://localhost:8443/00000000-0000-4000-8000-000000000009/" },
      "issuer",
    ],
    ["the issuer of the public cloud", { iss: `https://sts.windows.net/${testTenantId}/` }, "issuer"],
    ["the issuer of the other version", { iss: `https://localhost:8443/${testTenantId}/v2.0` }, "issuer"],
    ["no issuer", { iss: undefined }, "issuer"],
    ["a tenant that is not the issuer's", { tid: "00000000-0000-4000-8000-000000000009" }, "issuer"],
    ["several audiences", { aud: [vaultAudience, "https://management.azure.com"] }, "audience"],
    ["a single audience as a list", { aud: [vaultAudience] }, "audience"],
    ["no audience", { aud: undefined }, "audience"],
    [
      "the client as audience, as an id token has it",
      { aud: "00000000-0000-4000-8000-000000000001" },
      "audience",
    ],
    ["no version", { ver: undefined }, "malformed"],
    ["a version to come", { ver: "3.0" }, "malformed"],
    ["no object id", { oid: undefined }, "malformed"],
    ["no client id", { appid: undefined }, "malformed"],
    ["roles that are no list", { roles: "Admin" }, "malformed"],
    ["no end", { exp: undefined }, "malformed"],
    ["an end with a fraction", { exp: testNow + 0.5 }, "malformed"],
    ["an end as text", { exp: String(testNow + 600) }, "malformed"],
    ["an end beyond all numbers", { exp: 1e300 }, "malformed"],
    ["a beginning as text", { nbf: "0" }, "malformed"],
    ["an end that is now", { exp: testNow }, "expired"],
    ["a negative end", { exp: -1 }, "expired"],
    ["a beginning in more than five minutes", { nbf: testNow + 301 }, "notYetValid"],
    ["an object id of nobody", { oid: "00000000-0000-4000-8000-000000000009" }, "unknownPrincipal"],
    [
      "a client id that is not the object id's",
      { appid: "00000000-0000-4000-8000-000000000009" },
      "unknownPrincipal",
    ],
  ] as const)("refuses %s, though our key signed", async ([, changes, reason]) => {
    const token = forge(header(), { ...(await claims()), ...changes }, ours.privateKey)

    await expect(verify(token)).rejects.toMatchObject({
      kind: reason === "expired" ? "expired" : "unauthenticated",
      subject: "token",
      reason,
    })
  })

  test("forgives a beginning five minutes ahead", async () => {
    const token = forge(header(), { ...(await claims()), nbf: testNow + 300 }, ours.privateKey)

    expect((await verify(token)).notBefore).toBe(testNow + 300)
  })

  test("tells nothing of the token that it refuses", async () => {
    const token = forge(header(), { ...(await claims()), aud: "https://marker.example" }, ours.privateKey)

    const refusal = await verify(token).catch((error: unknown) => error as Error)

    expect(JSON.stringify(refusal, Object.getOwnPropertyNames(refusal))).not.toContain("marker")
  })
})

// A token in memory must not outlive what it stands on.
describe("a token that was believed once", () => {
  test("ends with its time, to the second", async () => {
    const { context, servicePrincipal } = await open()
    const token = await issue(context, servicePrincipal, { lifetimeSeconds: 600 })
    const verify = () => verifyAccessToken(context, token, { resource: "vault" })
    await verify()

    context.clock.set(testNow + 599)
    expect((await verify()).expiresAt).toBe(testNow + 600)
    context.clock.set(testNow + 600)
    await expect(verify()).rejects.toMatchObject({ kind: "expired", subject: "token", reason: "expired" })
  })

  test("is too young again when the clock was set back", async () => {
    const { context, servicePrincipal } = await open()
    const token = await issue(context, servicePrincipal)
    await verifyAccessToken(context, token, { resource: "vault" })

    context.clock.set(testNow - 601)

    await expect(verifyAccessToken(context, token, { resource: "vault" })).rejects.toMatchObject({
      reason: "notYetValid",
    })
  })

  test("is refused as soon as its application is disabled or gone", async () => {
    const { context, servicePrincipal } = await open()
    const token = await issue(context, servicePrincipal)
    const verify = () => verifyAccessToken(context, token, { resource: "vault" })
    await verify()

    await context.store.transaction((tx) =>
      tx.servicePrincipals.update({ ...servicePrincipal, enabled: false }),
    )
    await expect(verify()).rejects.toMatchObject({ kind: "unauthenticated", reason: "unknownPrincipal" })

    await context.store.transaction((tx) => tx.servicePrincipals.update(servicePrincipal))
    expect((await verify()).appId).toBe(servicePrincipal.appId)

    await context.store.transaction((tx) => tx.servicePrincipals.delete({ id: servicePrincipal.id }))
    await expect(verify()).rejects.toMatchObject({ reason: "unknownPrincipal" })
  })

  test("opens no other resource from memory", async () => {
    const { context, servicePrincipal } = await open()
    const token = await issue(context, servicePrincipal)
    await verifyAccessToken(context, token, { resource: "vault" })

    await expect(verifyAccessToken(context, token, { resource: "graph" })).rejects.toMatchObject({
      reason: "audience",
    })
  })
})
