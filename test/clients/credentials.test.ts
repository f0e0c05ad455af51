/**
 * The credentials of @azure/identity, unmodified, each in a process of its own that knows nothing but its environment:
 * read-vault.ts is the program.
 */
import { spawn } from "node:child_process"
import { randomUUID } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { json, text } from "node:stream/consumers"
import { ClientCertificateCredential, ClientSecretCredential, type TokenCredential } from "@azure/identity"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { ManagedIdentity } from "../control-plane.ts"
import { exportPfx, type IssuedCertificate, issueCertificate } from "../openssl.ts"
import {
  appServiceEnvironment,
  authorityOptions,
  clientEnvironment,
  type Installation,
  openInstallation,
  type VaultClients,
} from "./official-clients.ts"

const directory = mkdtempSync(join(tmpdir(), "keybearer-credentials-"))
const appId = randomUUID()
const found = { value: "the value", certificates: ["tls"] }

let installation: Installation
let vault: VaultClients
let identity: ManagedIdentity
let certificate: IssuedCertificate
let pemFile: string

beforeAll(async () => {
  certificate = issueCertificate({ directory, name: "corellian" })
  pemFile = join(directory, "both.pem")
  writeFileSync(pemFile, certificate.key + certificate.certificate)
  installation = await openInstallation({
    seed: { applications: [{ appId, displayName: "corellian", certificates: [certificate.certificate] }] },
  })

  vault = await installation.createVault()
  await vault.secrets.setSecret("db-password", found.value)
  await vault.certificates.importCertificate("tls", exportPfx(certificate, ""))

  const { credential, ...created } = await installation.createManagedIdentity()
  identity = created
  await installation.assignRole(credential, "administrator", vault)
  await installation.assignRole(certificateCredential(), "administrator", vault)
})

afterAll(async () => {
  await installation.server.remove()
  rmSync(directory, { recursive: true, force: true })
})

function certificateCredential(): TokenCredential {
  const { tenantId } = installation.bootstrap
  const { certificate: cert, key } = certificate
  return new ClientCertificateCredential(
    tenantId,
    appId,
    { certificate: key + cert },
    authorityOptions(installation.bootstrap),
  )
}

/** Runs the program under the named credential. @throws with what it wrote to standard error */
async function readVault(credential: string, environment: Record<string, string>): Promise<unknown> {
  const program = join(import.meta.dirname, "read-vault.ts")
  const child = spawn(process.execPath, [program, credential, "db-password"], {
    env: { ...clientEnvironment(installation.bootstrap), VAULT_URL: vault.url, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  })
  const complaint = text(child.stderr)
  return json(child.stdout).catch(async () => Promise.reject(new Error(await complaint)))
}

function operatorEnvironment(): Record<string, string> {
  const { clientId, clientSecret } = installation.bootstrap.operator
  return { AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: clientSecret }
}

describe("a program reads a secret and lists certificates", () => {
  test("with ClientSecretCredential", async () => {
    expect(await readVault("ClientSecretCredential", operatorEnvironment())).toEqual(found)
  })

  test("with ClientCertificateCredential", async () => {
    const environment = { AZURE_CLIENT_ID: appId, AZURE_CLIENT_CERTIFICATE_PATH: pemFile }

    expect(await readVault("ClientCertificateCredential", environment)).toEqual(found)
  })

  test("with ClientCertificateCredential that sends its certificate chain", async () => {
    const environment = {
      AZURE_CLIENT_ID: appId,
      AZURE_CLIENT_CERTIFICATE_PATH: pemFile,
      AZURE_CLIENT_SEND_CERTIFICATE_CHAIN: "true",
    }

    expect(await readVault("ClientCertificateCredential", environment)).toEqual(found)
  })

  test("with ManagedIdentityCredential, in the App Service form", async () => {
    const environment = {
      ...appServiceEnvironment(installation.bootstrap),
      AZURE_CLIENT_ID: identity.clientId,
    }

    expect(await readVault("ManagedIdentityCredential", environment)).toEqual(found)
  })

  test("with ManagedIdentityCredential, in the instance metadata form", async () => {
    const environment = {
      AZURE_POD_IDENTITY_AUTHORITY_HOST: installation.bootstrap.managedIdentity,
      AZURE_CLIENT_ID: identity.clientId,
    }

    expect(await readVault("ManagedIdentityCredential", environment)).toEqual(found)
  })

  test("with DefaultAzureCredential and a client secret in the environment", async () => {
    expect(await readVault("DefaultAzureCredential", operatorEnvironment())).toEqual(found)
  })

  test("with DefaultAzureCredential and a certificate in the environment", async () => {
    const environment = { AZURE_CLIENT_ID: appId, AZURE_CLIENT_CERTIFICATE_PATH: pemFile }

    expect(await readVault("DefaultAzureCredential", environment)).toEqual(found)
  })

  test("with DefaultAzureCredential on an App Service", async () => {
    const environment = {
      ...appServiceEnvironment(installation.bootstrap),
      AZURE_CLIENT_ID: identity.clientId,
    }

    expect(await readVault("DefaultAzureCredential", environment)).toEqual(found)
  })
})

describe("what a credential is refused", () => {
  const scope = "https://vault.azure.net/.default"

  async function refusalOf(credential: TokenCredential, wanted = scope): Promise<string> {
    const error: unknown = await credential.getToken(wanted).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(Error)
    return (error as Error).message
  }

  test("a wrong client secret: AADSTS7000215", async () => {
    const { tenantId, operator } = installation.bootstrap
    const credential = new ClientSecretCredential(
      tenantId,
      operator.clientId,
      "guessed",
      authorityOptions(installation.bootstrap),
    )

    const refusal = await refusalOf(credential)

    expect(refusal).toContain("AADSTS7000215")
    expect(refusal).not.toContain("guessed")
  })

  test("an application that is not in the tenant: AADSTS700016", async () => {
    const { bootstrap } = installation
    const credential = new ClientSecretCredential(
      bootstrap.tenantId,
      randomUUID(),
      "guessed",
      authorityOptions(bootstrap),
    )

    expect(await refusalOf(credential)).toContain("AADSTS700016")
  })

  test("a certificate that nobody registered: AADSTS700027", async () => {
    const { bootstrap } = installation
    const stranger = issueCertificate({ directory, name: "stranger" })
    const credential = new ClientCertificateCredential(
      bootstrap.tenantId,
      appId,
      { certificate: stranger.key + stranger.certificate },
      authorityOptions(bootstrap),
    )

    expect(await refusalOf(credential)).toContain("AADSTS700027")
  })

  test("a resource that nobody registered: AADSTS500011", async () => {
    const { operator } = installation.controlPlane

    expect(await refusalOf(operator, "https://nobody.example/.default")).toContain("AADSTS500011")
  })

  test("a tenant that does not exist: AADSTS90002", async () => {
    const { bootstrap } = installation
    const { clientId, clientSecret } = bootstrap.operator
    const credential = new ClientSecretCredential(
      randomUUID(),
      clientId,
      clientSecret,
      authorityOptions(bootstrap),
    )

    expect(await refusalOf(credential)).toMatch(/AADSTS90002|endpoints_resolution_error/)
  })
})
