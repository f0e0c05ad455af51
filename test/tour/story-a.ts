/** STORIES A, as far as the foundation goes. */
import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict"
import { spawn } from "node:child_process"
import { createHash, randomUUID } from "node:crypto"
import { readFileSync } from "node:fs"
import { createInterface } from "node:readline"
import {
  ClientCertificateCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
} from "@azure/identity"
import { CertificateClient } from "@azure/keyvault-certificates"
import { SecretClient } from "@azure/keyvault-secrets"
import { appServiceEnvironment, authorityOptions, collect, openClients } from "../clients/official-clients.ts"
import { ControlPlane } from "../control-plane.ts"
import { exportPfx, issueCertificate } from "../openssl.ts"
import { later, step, type Story } from "./steps.ts"
import { corellian, type Tour } from "./travel.ts"

const vaultScope = "https://vault.azure.net/.default"
const version = "api-version=7.4"

interface TokenBody {
  token_type: string
  expires_in: number | string
  access_token: string
}

export function storyA(tour: Tour): Story {
  const { bootstrap } = tour
  const { authority, tenantId, operator } = bootstrap
  const vault = `https://tour.${bootstrap.vaultSuffix}`
  const tokenUrl = `${authority}/${tenantId}/oauth2/v2.0/token`
  const bearer = (token: string) => ["--header", `authorization: bearer ${token}`]
  const json = ["--header", "content-type: application/json"]
  const certificate = issueCertificate({ directory: tour.directory, name: "tls", commonName: "localhost" })
  const pfxPassword = "one of many"
  let operatorToken = ""
  let token = ""
  let identityId = ""

  const postForm = (fields: Record<string, string>) =>
    tour.curl(
      ...Object.entries(fields).flatMap(([name, value]) => ["--data-urlencode", `${name}=${value}`]),
      tokenUrl,
    )
  const tokenFrom = ({ status, body }: { status: number; body: string }): TokenBody => {
    equal(status, 200)
    return JSON.parse(body) as TokenBody
  }
  const operatorCredential = { client_id: operator.clientId, client_secret: operator.clientSecret }

  return {
    title: "A. A vault reached with nothing but REST and OAuth",
    steps: [
      step("A1", "signs in by keybearer login", () => {
        tour.keybearer("login", "--bootstrap", tour.server.bootstrapFile)
      }),
      step("A1", "creates a vault by keybearer vault create, and reads its address", () => {
        tour.keybearer("vault", "create", "tour")
        const uri = tour.keybearer("vault", "show", "tour", "--query", "properties.vaultUri", "-o", "tsv")
        equal(uri.trim(), `${vault}/`)
      }),
      step("A1", "creates a vault by curl, as any client of the resource manager does", () => {
        const scope = "https://management.azure.com/.default"
        const { access_token } = tokenFrom(
          postForm({ grant_type: "client_credentials", scope, ...operatorCredential }),
        )
        const { resourceManager, subscriptionId } = bootstrap
        const { status } = tour.curl(
          ...["--request", "PUT", ...bearer(access_token), ...json],
          ...[
            "--data",
            JSON.stringify({
              location: "local",
              properties: { tenantId, sku: { family: "A", name: "standard" } },
            }),
          ],
          `${resourceManager}/subscriptions/${subscriptionId}/resourceGroups/keybearer/providers/Microsoft.KeyVault/vaults/second?api-version=2023-07-01`,
        )
        ok(status === 200 || status === 201)
      }),
      later("A1", "creates a vault by az keyvault create, and in the console", "the Azure CLI; the console"),

      step("A2", "an application is declared, with the public certificate of a key pair", () => {
        const { serialNumber } = tour.certificate.x509
        ok(serialNumber)
      }),
      later(
        "A2",
        "registers it in the console, with a permission and a secret of 180 days",
        "Graph; the console",
      ),

      step(
        "A3",
        "even the vault's owner may not read before a role says so: 403 names action, scope and caller",
        () => {
          operatorToken = tokenFrom(
            postForm({ grant_type: "client_credentials", scope: vaultScope, ...operatorCredential }),
          ).access_token
          const { status, body } = tour.curl(...bearer(operatorToken), `${vault}/certificates?${version}`)
          equal(status, 403)
          const { error } = JSON.parse(body) as { error: { innererror: object; message: string } }
          deepEqual(error.innererror, { code: "ForbiddenByRbac" })
          match(error.message, /Action: 'Microsoft.KeyVault\/vaults\/certificates\/read'/)
          match(error.message, /Resource: '\/subscriptions\/.*\/vaults\/tour/)
          match(error.message, new RegExp(`Caller: .*appid=${operator.clientId};oid=`))
        },
      ),
      step(
        "A3",
        "gives Key Vault Administrator by keybearer role assign, to itself and to the application",
        () => {
          for (const assignee of ["me", corellian]) {
            tour.keybearer(
              "role",
              "assign",
              "--assignee",
              assignee,
              "--role",
              "Key Vault Administrator",
              "--vault-name",
              "tour",
            )
          }
          equal(tour.curl(...bearer(operatorToken), `${vault}/certificates?${version}`).status, 200)
        },
      ),

      step("A4", "a wrong password of a PFX is a clear 400 and changes nothing", () => {
        const value = exportPfx(certificate, pfxPassword).toString("base64")
        const file = tour.file("wrong.json", JSON.stringify({ value, pwd: "another" }))
        const { status, body } = tour.curl(
          ...bearer(operatorToken),
          ...[...json, "--data", `@${file}`, `${vault}/certificates/tls/import?${version}`],
        )
        equal(status, 400)
        match(body, /password/)
        const list = tour.curlJson<{ value: unknown[] }>(
          ...bearer(operatorToken),
          `${vault}/certificates?${version}`,
        )
        deepEqual(list.value, [])
      }),
      step("A4", "imports a PFX of an RSA key by curl (AES-256)", () => {
        const value = exportPfx(certificate, pfxPassword).toString("base64")
        const file = tour.file("import.json", JSON.stringify({ value, pwd: pfxPassword }))
        const imported = tour.curlJson<{ cer: string }>(
          ...bearer(operatorToken),
          ...[...json, "--data", `@${file}`, `${vault}/certificates/tls/import?${version}`],
        )
        equal(imported.cer, certificate.x509.raw.toString("base64"))
      }),
      step("A4", "imports a PFX of an EC key by keybearer vault certificate import (3DES)", () => {
        const ec = issueCertificate({ directory: tour.directory, name: "ec", algorithm: "p256" })
        const pfx = tour.file("ec.pfx", exportPfx(ec, pfxPassword, "3DES"))
        const passwordFile = tour.file("ec.password", pfxPassword)
        tour.keybearer(
          ...["vault", "certificate", "import", "ec", "--vault-name", "tour", "--file", pfx],
          ...["--password-file", passwordFile],
        )
      }),
      step("A4", "imports a PFX by @azure/keyvault-certificates (RC2)", async () => {
        const { operator } = new ControlPlane(bootstrap)
        const pfx = exportPfx(certificate, pfxPassword, "RC2-40")
        const client = new CertificateClient(vault, operator)
        const { cer } = await client.importCertificate("old", pfx, { password: pfxPassword })
        deepEqual(Buffer.from(cer ?? []), certificate.x509.raw)
      }),
      later(
        "A4",
        "imports by az keyvault certificate import, and in the console",
        "the Azure CLI; the console",
      ),

      step("A5", "gets a token with a signed assertion made by openssl and sent by curl", () => {
        const { access_token } = tokenFrom(
          postForm({
            grant_type: "client_credentials",
            scope: vaultScope,
            client_id: corellian,
            client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            client_assertion: signAssertion(tour, tokenUrl),
          }),
        )
        token = access_token
      }),
      step("A5", "gets one by keybearer token get, knowing the metadata endpoint alone", () => {
        const both = tour.file("both.pem", tour.certificate.key + tour.certificate.certificate)
        const output = tour.keybearer(
          ...["token", "get", "--app-id", corellian, "--certificate", both, "--scope", vaultScope],
          ...["--metadata-endpoint", `${authority}/${tenantId}/v2.0/.well-known/openid-configuration`],
          ...["--ca-certificate", bootstrap.caCertificate],
        )
        match(output, /eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/)
      }),
      step("A5", "reads with ClientCertificateCredential of @azure/identity", async () => {
        const { certificate: cert, key } = tour.certificate
        const credential = new ClientCertificateCredential(
          tenantId,
          corellian,
          { certificate: key + cert },
          authorityOptions(bootstrap),
        )
        const listed = await collect(new CertificateClient(vault, credential).listPropertiesOfCertificates())
        deepEqual(
          listed.map(({ name }) => name),
          ["ec", "old", "tls"],
        )
      }),
      later(
        "A5",
        "finds the certificate by its subject in the local store",
        "the certificate store of the client",
      ),

      step("A6", "lists certificates by curl, in exactly the documented shape", () => {
        const { status, body } = tour.curl(...bearer(token), `${vault}/certificates?api-version=7.4`)
        equal(status, 200)
        const list = JSON.parse(body) as { value: { attributes: { created: number; updated: number } }[] }
        const tls = list.value.at(-1)
        const { created, updated } = tls?.attributes ?? { created: 0, updated: 0 }
        const x5t = createHash("sha1").update(certificate.x509.raw).digest("base64url")
        const seconds = (date: string) => Date.parse(date) / 1000
        const attributes = {
          enabled: true,
          nbf: seconds(certificate.x509.validFrom),
          exp: seconds(certificate.x509.validTo),
          created,
          updated,
        }
        const expected = { id: `${vault}/certificates/tls`, x5t, attributes, subject: "" }
        equal(body, JSON.stringify({ value: [...list.value.slice(0, 2), expected], nextLink: null }))
      }),

      step("A7", "gets a token with the shared secret by curl, and lists the same", () => {
        const { access_token } = tokenFrom(
          postForm({ grant_type: "client_credentials", scope: vaultScope, ...operatorCredential }),
        )
        equal(tour.curl(...bearer(access_token), `${vault}/certificates?${version}`).status, 200)
      }),
      step("A7", "gets one by keybearer token get, with the secret in a file", () => {
        const secretFile = tour.file("secret", operator.clientSecret)
        const output = tour.keybearer(
          ...[
            "token",
            "get",
            "--app-id",
            operator.clientId,
            "--secret-file",
            secretFile,
            "--scope",
            vaultScope,
          ],
          ...["--authority", authority, "--tenant", tenantId, "--ca-certificate", bootstrap.caCertificate],
        )
        match(output, /eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/)
      }),
      step("A7", "sets and reads a secret with ClientSecretCredential of @azure/identity", async () => {
        const { clientId, clientSecret } = operator
        const options = authorityOptions(bootstrap)
        const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, options)
        const client = new SecretClient(vault, credential)
        await client.setSecret("db-password", "correct horse")
        equal((await client.getSecret("db-password")).value, "correct horse")
      }),
      later("A7", "takes the secret from the system's keyring", "the client's keyring"),

      step("A8", "a managed identity, without any credential, gets a token by curl", async () => {
        const identity = await new ControlPlane(bootstrap).createManagedIdentity("tour")
        identityId = identity.clientId
        tour.keybearer(
          ...["role", "assign", "--assignee", identity.principalId, "--role", "Key Vault Certificate User"],
          ...["--vault-name", "tour", "--certificate", "tls"],
        )
        const { access_token } = tour.curlJson<TokenBody>(
          "--header",
          "Metadata: true",
          metadataUrl(tour, identityId),
        )
        token = access_token
      }),
      step("A8", "is refused at once without the header, and when forwarded", () => {
        equal(tour.curl(metadataUrl(tour, identityId)).status, 400)
        const forwarded = ["--header", "Metadata: true", "--header", "X-Forwarded-For: 10.0.0.1"]
        equal(tour.curl(...forwarded, metadataUrl(tour, identityId)).status, 400)
      }),
      step("A8", "gets one in the App Service form by curl", () => {
        const { IDENTITY_ENDPOINT = "", IDENTITY_HEADER = "" } = appServiceEnvironment(tour.server)
        const query = `api-version=2019-08-01&client_id=${identityId}&resource=https%3A%2F%2Fvault.azure.net`
        const header = ["--header", `X-IDENTITY-HEADER: ${IDENTITY_HEADER}`]
        const answer = tour.curlJson<TokenBody>(...header, `${IDENTITY_ENDPOINT}?${query}`)
        equal(answer.token_type, "Bearer")
        equal(tour.curl(`${IDENTITY_ENDPOINT}?${query}`).status, 401)
      }),
      step(
        "A8",
        "with Key Vault Certificate User on one certificate, exactly that one can be used (A3)",
        () => {
          const status = (path: string) => tour.curl(...bearer(token), `${vault}/${path}?${version}`).status
          equal(status("certificates/tls"), 200)
          equal(status("secrets/tls"), 200)
          equal(status("certificates/ec"), 403)
          equal(status("secrets/db-password"), 403)
          equal(status("certificates"), 403)
        },
      ),
      step("A8", "reads with ManagedIdentityCredential of @azure/identity", async () => {
        Object.assign(process.env, appServiceEnvironment(tour.server))
        const { certificates } = openClients(vault, new ManagedIdentityCredential({ clientId: identityId }))
        equal((await certificates.getCertificate("tls")).name, "tls")
      }),
      later("A8", "does so for system-assigned identities", "every shape of managed identity"),

      step(
        "A9",
        "reads the secret behind the certificate by curl; openssl opens the PFX, serves TLS with it",
        async () => {
          const secret = tour.curlJson<{ value: string; contentType: string }>(
            ...bearer(token),
            `${vault}/secrets/tls?${version}`,
          )
          equal(secret.contentType, "application/x-pkcs12")
          const pfx = tour.file("tls.pfx", Buffer.from(secret.value, "base64"))
          const pem = tour.run("openssl", ["pkcs12", "-in", pfx, "-passin", "pass:", "-nodes"])
          await shakeHands(tour, tour.file("from-pfx.pem", pem), certificate.certificateFile)
        },
      ),
      step("A9", "downloads it as PFX and as PEM by keybearer, serves TLS with it", async () => {
        for (const format of ["pfx", "pem"]) {
          const file = `${tour.directory}/downloaded.${format}`
          tour.keybearer(
            ...["vault", "certificate", "download", "tls", "--vault-name", "tour"],
            ...["--format", format, "--file", file],
          )
        }
        deepEqual(
          tour
            .run("openssl", [
              "pkcs12",
              "-in",
              `${tour.directory}/downloaded.pfx`,
              "-passin",
              "pass:",
              "-nokeys",
            ])
            .includes("BEGIN CERTIFICATE"),
          true,
        )
        match(
          readFileSync(`${tour.directory}/downloaded.pem`, "utf8"),
          /BEGIN PRIVATE KEY[^]*BEGIN CERTIFICATE/,
        )
        await shakeHands(tour, `${tour.directory}/downloaded.pem`, certificate.certificateFile)
      }),

      step("A10", "tokens live about an hour", () => {
        const { expires_in, access_token } = tokenFrom(
          postForm({ grant_type: "client_credentials", scope: vaultScope, ...operatorCredential }),
        )
        ok(Number(expires_in) >= 3599 && Number(expires_in) <= 5400)
        notEqual(access_token, operatorToken)
      }),
      later("A10", "a client that runs for a day never sees one expire", "the client's cache and agent"),
    ],
  }
}

function metadataUrl({ bootstrap }: Tour, clientId: string): string {
  const query = `api-version=2018-02-01&client_id=${clientId}&resource=https%3A%2F%2Fvault.azure.net`
  return `${bootstrap.managedIdentity}/metadata/identity/oauth2/token?${query}`
}

/** A client assertion whose signature is openssl's. @see RFC 7523 section 3, https://www.rfc-editor.org/rfc/rfc7523.html#section-3 */
function signAssertion(tour: Tour, audience: string): string {
  const { x509, keyFile } = tour.certificate
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url")
  const now = Math.floor(Date.now() / 1000)
  const header = { alg: "RS256", typ: "JWT", x5t: createHash("sha1").update(x509.raw).digest("base64url") }
  const claims = {
    aud: audience,
    iss: corellian,
    sub: corellian,
    jti: randomUUID(),
    nbf: now,
    exp: now + 300,
  }
  const content = `${encode(header)}.${encode(claims)}`
  const signatureFile = tour.file("assertion.signature", "")
  tour.run("openssl", ["dgst", "-sha256", "-sign", keyFile, "-out", signatureFile], { input: content })
  return `${content}.${readFileSync(signatureFile).toString("base64url")}`
}

/** openssl as the server, with key and certificate out of the vault, and as a client that trusts the certificate alone. */
async function shakeHands(tour: Tour, pem: string, trusted: string): Promise<void> {
  const words = ["s_server", "-accept", "127.0.0.1:0", "-cert", pem, "-key", pem, "-quiet"]
  const server = spawn("openssl", words.slice(0, -1), { stdio: ["pipe", "pipe", "ignore"] })
  try {
    let address = ""
    for await (const line of createInterface(server.stdout)) {
      address = /^ACCEPT (\S+)/.exec(line)?.[1] ?? ""
      if (address !== "") break
    }
    const client = ["s_client", "-connect", address, "-servername", "localhost", "-CAfile", trusted]
    const output = tour.run("openssl", [...client, "-verify_return_error", "-verify_hostname", "localhost"], {
      input: "",
    })
    match(output, /Verify return code: 0 \(ok\)/)
  } finally {
    server.kill()
  }
}
