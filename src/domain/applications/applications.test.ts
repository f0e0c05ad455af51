import { generateKeyPairSync } from "node:crypto"
import { describe, test } from "vitest"
import { testNow } from "../../../test/context.ts"
import { openTestInstallation, testTenantId } from "../../../test/installation.ts"
import { makeClientKey } from "../../../test/oauth.ts"
import { digestSecret } from "../../crypto/secret-hash.ts"
import { toPem } from "../../crypto/pem.ts"
import { createSelfSignedCertificate } from "../../crypto/x509-issue.ts"
import { countingIds } from "../../ids.ts"
import { systemCaller } from "../access/index.ts"
import type { DomainContext } from "../context.ts"
import { createTenant } from "../tenants/index.ts"
import {
  addClientCertificate,
  addClientSecret,
  findApplication,
  findResource,
  findServicePrincipal,
  getServicePrincipal,
  isAudienceOf,
  listClientCertificates,
  listClientSecrets,
  registerApplication,
} from "./index.ts"

const appId = "0d0d0d0d-0000-4000-8000-000000000001"

async function eventsOf({ store }: DomainContext, action: string) {
  const events = await store.auditEvents.list({ orderBy: "sequence" })
  return events
    .filter((event) => event.action === action)
    .map(({ actor, target, outcome, details }) => ({ actor, target, outcome, details }))
}

describe("registerApplication", () => {
  test("makes the application and its service principal, and says so in the audit log", async ({
    expect,
  }) => {
    const { context, system } = await openTestInstallation({ ids: countingIds() })
    const before = await context.store.applications.list({})

    const { application, servicePrincipal } = await registerApplication(context, system, {
      displayName: "Orders",
      appId: appId.toUpperCase(),
      objectId: "0d0d0d0d-0000-4000-8000-000000000002",
      servicePrincipalId: "0d0d0d0d-0000-4000-8000-000000000003",
      identifierUris: ["api://orders", "api://orders"],
      accessTokenVersion: 2,
    })

    const named = { tenantId: testTenantId, appId, displayName: "Orders", createdAt: testNow }
    expect(application).toEqual({
      ...named,
      id: "0d0d0d0d-0000-4000-8000-000000000002",
      identifierUris: ["api://orders"],
      accessTokenVersion: 2,
    })
    expect(servicePrincipal).toEqual({
      ...named,
      id: "0d0d0d0d-0000-4000-8000-000000000003",
      kind: "application",
      enabled: true,
    })
    expect(await context.store.applications.list({})).toHaveLength(before.length + 1)
    expect(await findApplication(context, testTenantId, appId)).toEqual(application)
    expect(await getServicePrincipal(context, testTenantId, appId)).toEqual(servicePrincipal)
    expect((await eventsOf(context, "ApplicationCreate")).at(-1)).toEqual({
      actor: "system",
      target: application.id,
      outcome: "success",
      details: { appId, servicePrincipalId: servicePrincipal.id, identifierUris: ["api://orders"] },
    })
  })

  test("is keybearer's own: even an owner of the subscription is refused", async ({ expect }) => {
    const { context, operator } = await openTestInstallation()

    const refused = registerApplication(context, operator, { displayName: "Orders" })

    await expect(refused).rejects.toMatchObject({
      kind: "forbidden",
      denied: { action: "Microsoft.Directory/applications/create", principalId: operator.principalId },
    })
    expect(await context.store.applications.list({ where: { displayName: "Orders" } })).toEqual([])
  })

  test.for([
    ["no display name", { displayName: " " }, "displayName"],
    ["a client id that is no GUID", { displayName: "a", appId: "orders" }, "appId"],
    ["the GUID of zeros", { displayName: "a", appId: "00000000-0000-0000-0000-000000000000" }, "appId"],
    ["an object id that is no GUID", { displayName: "a", objectId: "x" }, "objectId"],
    ["an identifier that is no URI", { displayName: "a", identifierUris: ["orders"] }, "identifierUris"],
    ["an identifier with a space", { displayName: "a", identifierUris: ["api://or ders"] }, "identifierUris"],
  ] as const)("refuses %s", async ([, request, target], { expect }) => {
    const { context, system } = await openTestInstallation()

    const refused = registerApplication(context, system, request)

    await expect(refused).rejects.toMatchObject({ kind: "invalidInput", subject: "application", target })
  })

  test.for([
    ["client id", { appId }, "appId"],
    ["identifier, but for case and slash", { identifierUris: ["API://Orders/"] }, "identifierUris"],
    ["identifier of the vault", { identifierUris: ["https://vault.azure.net/"] }, "identifierUris"],
    ["client id of Graph", { appId: "00000003-0000-0000-c000-000000000000" }, "appId"],
  ] as const)("refuses the %s of another", async ([, changes, target], { expect }) => {
    const { context, system } = await openTestInstallation()
    await registerApplication(context, system, {
      displayName: "Orders",
      appId,
      identifierUris: ["api://orders"],
    })

    const refused = registerApplication(context, system, { displayName: "Again", ...changes })

    await expect(refused).rejects.toMatchObject({ kind: "alreadyExists", subject: "application", target })
  })

  test("is seen in its own tenant only", async ({ expect }) => {
    const { context, system } = await openTestInstallation()
    const other = await createTenant(context, system, { domain: "fabrikam.test" })
    await registerApplication(context, system, {
      displayName: "Orders",
      appId,
      identifierUris: ["api://orders"],
    })

    expect(await findApplication(context, other.id, appId)).toBeUndefined()
    expect(await findServicePrincipal(context, other.id, appId)).toBeUndefined()
    expect(await findResource(context, other.id, "api://orders")).toBeUndefined()
    await expect(getServicePrincipal(context, other.id, appId)).rejects.toMatchObject({ kind: "notFound" })
  })
})

describe("addClientSecret", () => {
  test("gives a secret of 180 days once, and keeps its digest", async ({ expect }) => {
    const { context, system } = await openTestInstallation()
    await registerApplication(context, system, { displayName: "Orders", appId })

    const { record, secretText } = await addClientSecret(context, system, { appId, displayName: "Laptop" })

    expect(secretText).toMatch(/^[A-Za-z0-9]{40}$/)
    expect(record).toEqual({
      id: record.id,
      tenantId: testTenantId,
      appId,
      displayName: "Laptop",
      hint: secretText.slice(0, 3),
      secretDigest: digestSecret(context.keyring.pepper, secretText),
      startsAt: testNow,
      expiresAt: testNow + 180 * 86_400,
    })
    expect(await listClientSecrets(context, appId)).toEqual([
      { ...record, secretDigest: new Uint8Array(record.secretDigest) },
    ])
    const events = await eventsOf(context, "ClientSecretAdd")
    expect(events.at(-1)).toMatchObject({ target: appId, details: { clientSecretId: record.id } })
    expect(JSON.stringify(await context.store.auditEvents.list({}))).not.toContain(secretText)
  })

  test("takes the text of a seed file, and refuses to take it twice", async ({ expect }) => {
    const { context, system } = await openTestInstallation()
    await registerApplication(context, system, { displayName: "Orders", appId })
    const request = { appId, displayName: "Seed", secretText: "correct horse battery" }

    expect((await addClientSecret(context, system, request)).secretText).toBe("correct horse battery")
    await expect(addClientSecret(context, system, request)).rejects.toMatchObject({
      kind: "alreadyExists",
      subject: "clientSecret",
    })
    expect(await listClientSecrets(context, appId)).toHaveLength(1)
  })

  test.for([
    ["15 characters", { secretText: "abcdefgh1234567" }, "secretText"],
    ["few different characters", { secretText: "aaaaaaaabbbbbbbb" }, "secretText"],
    ["a control character", { secretText: "abcdefghij\u0000klmnopqrs" }, "secretText"],
    ["257 characters", { secretText: "abcdefgh".repeat(33) }, "secretText"],
    ["no life", { lifetimeSeconds: 0 }, "lifetimeSeconds"],
    ["a life of 732 days", { lifetimeSeconds: 732 * 86_400 }, "lifetimeSeconds"],
    ["a life of half a second", { lifetimeSeconds: 0.5 }, "lifetimeSeconds"],
  ] as const)("refuses %s", async ([, changes, target], { expect }) => {
    const { context, system } = await openTestInstallation()
    await registerApplication(context, system, { displayName: "Orders", appId })

    const refused = addClientSecret(context, system, { appId, displayName: "Laptop", ...changes })

    await expect(refused).rejects.toMatchObject({ kind: "invalidInput", subject: "clientSecret", target })
    expect(await listClientSecrets(context, appId)).toEqual([])
  })

  test("refuses an application that is not there, and a caller who may not", async ({ expect }) => {
    const { context, system, operator } = await openTestInstallation()

    const absent = addClientSecret(context, system, { appId, displayName: "Laptop" })
    const forbidden = addClientSecret(context, operator, { appId, displayName: "Laptop" })

    await expect(absent).rejects.toMatchObject({ kind: "notFound", subject: "application" })
    await expect(forbidden).rejects.toMatchObject({ kind: "forbidden" })
  })
})

describe("addClientCertificate", () => {
  test("keeps a certificate by its thumbprints, from DER or PEM", async ({ expect }) => {
    const { context, system } = await openTestInstallation()
    await registerApplication(context, system, { displayName: "Orders", appId })
    const [first, second] = [await makeClientKey(), await makeClientKey({ type: "P-256" })]

    const fromDer = await addClientCertificate(context, system, { appId, certificate: first.certificateDer })
    expect(await listClientCertificates(context, appId)).toHaveLength(1)
    const pem = toPem("CERTIFICATE", second.certificateDer)
    const fromPem = await addClientCertificate(context, system, { appId, certificate: pem, displayName: "P" })

    expect(fromDer).toMatchObject({
      displayName: "CN=client",
      thumbprintSha1: expect.stringMatching(/^[0-9a-f]{40}$/),
      thumbprintSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      startsAt: testNow - 86_400,
      expiresAt: testNow + 365 * 86_400,
    })
    expect(fromPem.displayName).toBe("P")
    expect(Buffer.from(fromPem.certificate)).toEqual(Buffer.from(second.certificateDer))
    expect(await listClientCertificates(context, appId)).toHaveLength(2)
    const again = addClientCertificate(context, system, { appId, certificate: first.certificateDer })
    await expect(again).rejects.toMatchObject({ kind: "alreadyExists", subject: "certificate" })
  })

  test("refuses what cannot sign assertions", async ({ expect }) => {
    const { context, system } = await openTestInstallation()
    await registerApplication(context, system, { displayName: "Orders", appId })
    const expired = await makeClientKey({ notBefore: testNow - 7200, notAfter: testNow - 3600 })
    const rsa1024 = selfSigned(generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey)
    const p384 = selfSigned(generateKeyPairSync("ec", { namedCurve: "secp384r1" }).privateKey)
    const twice = toPem("CERTIFICATE", p384).repeat(2)

    for (const certificate of [expired.certificateDer, rsa1024, p384, twice, "", "MII", new Uint8Array(3)]) {
      const refused = addClientCertificate(context, system, { appId, certificate })
      await expect(refused).rejects.toMatchObject({ kind: "invalidInput", subject: "certificate" })
    }
    expect(await listClientCertificates(context, appId)).toEqual([])
  })
})

function selfSigned(privateKey: Parameters<typeof createSelfSignedCertificate>[0]["privateKey"]): Uint8Array {
  const validity = { notBefore: testNow - 60, notAfter: testNow + 3600 }
  return createSelfSignedCertificate({ subject: "CN=weak", privateKey, ...validity }).der
}

describe("findResource", () => {
  const vault = {
    appId: "cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
    displayName: "Azure Key Vault",
    accessTokenVersion: 1,
    wellKnown: "vault",
  }
  const resourceManager = {
    appId: "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    displayName: "Azure Resource Manager",
    accessTokenVersion: 1,
    wellKnown: "resourceManager",
  }

  test.for([
    ["https://vault.azure.net", vault],
    ["https://vault.azure.net/", vault],
    ["HTTPS://Vault.Azure.Net", vault],
    ["https://vault.localhost:8443", vault],
    [vault.appId, vault],
    ["https://management.azure.com", resourceManager],
    ["https://management.core.windows.net/", resourceManager],
    ["https://localhost:8443", resourceManager],
  ] as const)("knows %s in every tenant", async ([identifier, resource], { expect }) => {
    const { context } = await openTestInstallation()

    expect(await findResource(context, testTenantId, identifier)).toEqual(resource)
  })

  test.for([
    "",
    "/",
    "https://vault.azure.net//",
    "https://vault.azure.net.evil",
    "vault",
    "https://",
    appId,
  ])("knows nothing by %j", async (identifier, { expect }) => {
    const { context } = await openTestInstallation()

    expect(await findResource(context, testTenantId, identifier)).toBeUndefined()
  })

  test("finds an application registered after it was asked for", async ({ expect }) => {
    const { context, system } = await openTestInstallation()
    expect(await findResource(context, testTenantId, "api://orders")).toBeUndefined()

    await registerApplication(context, system, {
      displayName: "Orders",
      appId,
      identifierUris: ["api://orders"],
    })

    const orders = { appId, displayName: "Orders", accessTokenVersion: 1, wellKnown: undefined }
    expect(await findResource(context, testTenantId, "api://orders/")).toEqual(orders)
    expect(await findResource(context, testTenantId, appId)).toEqual(orders)
  })

  test("keeps Graph and the resource manager apart, though they share a host", async ({ expect }) => {
    const { context } = await openTestInstallation()

    expect(isAudienceOf(context.endpoints, "graph", context.endpoints.graph)).toBe(false)
    expect(isAudienceOf(context.endpoints, "resourceManager", context.endpoints.graph)).toBe(true)
  })
})

test("systemCaller registers in the tenant it stands for", async ({ expect }) => {
  const { context, system } = await openTestInstallation()
  const other = await createTenant(context, system, { domain: "fabrikam.test" })

  const { servicePrincipal } = await registerApplication(context, systemCaller(other.id), {
    displayName: "Orders",
  })

  expect(servicePrincipal.tenantId).toBe(other.id)
})
