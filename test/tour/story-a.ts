/** STORIES A, as far as the foundation goes. */
import { deepEqual, equal, match, ok } from "node:assert/strict"
import { spawn } from "node:child_process"
import { createHash, randomUUID } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import {
  ClientCertificateCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
} from "@azure/identity"
import { CertificateClient } from "@azure/keyvault-certificates"
import { SecretClient } from "@azure/keyvault-secrets"
import { appServiceEnvironment, authorityOptions, collect } from "../clients/official-clients.ts"
import { ControlPlane, principalOf } from "../control-plane.ts"
import { exportPfx, issueCertificate, type PfxEncryption } from "../openssl.ts"
import { later, step, type Story } from "./steps.ts"
import { corellian, type Tour } from "./travel.ts"
import { words } from "./words.ts"

const vaultScope = "https://vault.azure.net/.default"
const administrator = "Key Vault Administrator"
const certificateUser = "Key Vault Certificate User"
const pfxPassword = "one of many"
const jwt = /eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/

interface TokenBody {
  token_type: string
  expires_in: number
  access_token: string
}

export function storyA(tour: Tour): Story {
  const { bootstrap, directory } = tour
  const { authority, tenantId, operator, resourceManager, subscriptionId } = bootstrap
  const vault = `https://tour.${bootstrap.vaultSuffix}`
  const tls = issueCertificate({ directory, name: "tls", commonName: "localhost" })
  const ec = issueCertificate({ directory, name: "ec", algorithm: "p256" })
  /** Of whom the steps speak for at the moment. */
  let token = ""
  /** Object id of corellian, which roles are given to. */
  let principalId = ""
  let identityId = ""

  const bearer = () => words`--header ${`authorization: bearer ${token}`}`
  const read = (path: string) => tour.curl`${bearer()} ${vault}/${path}?api-version=7.4`
  const importPfx = (name: string, value: Buffer, pwd: string) => {
    const body = tour.file("import.json", JSON.stringify({ value: value.toString("base64"), pwd }))
    const json = words`--header ${"content-type: application/json"} --data @${body}`
    return tour.curl`${bearer()} ${json} ${vault}/certificates/${name}/import?api-version=7.4`
  }
  const requestToken = (fields: Record<string, string>): TokenBody => {
    const form = Object.entries({ grant_type: "client_credentials", scope: vaultScope, ...fields })
    const parameters = form.flatMap(([name, value]) => words`--data-urlencode ${`${name}=${value}`}`)
    return tour.curlJson`${parameters} ${authority}/${tenantId}/oauth2/v2.0/token` as TokenBody
  }
  const getOperatorToken = words`token get --app-id ${operator.clientId} --scope ${vaultScope} --tenant ${tenantId} --authority ${authority} --ca-certificate ${bootstrap.caCertificate}`
  const operatorProof = { client_id: operator.clientId, client_secret: operator.clientSecret }
  const { x509: publicCertificate, certificate: publicPem, key: privatePem } = tour.certificate
  const metadata = () =>
    `${bootstrap.managedIdentity}/metadata/identity/oauth2/token?api-version=2018-02-01` +
    `&client_id=${identityId}&resource=https%3A%2F%2Fvault.azure.net`
  const appService = () =>
    `${bootstrap.identityEndpoint}?api-version=2019-08-01` +
    `&client_id=${identityId}&resource=https%3A%2F%2Fvault.azure.net`

  return {
    title: "A. A vault reached with nothing but REST and OAuth",
    steps: [
      step("A1", "signs in by keybearer login", () => {
        tour.keybearer`login --bootstrap ${tour.server.bootstrapFile}`
      }),
      step("A1", "creates a vault by keybearer vault create, and reads its address", () => {
        tour.keybearer`vault create tour`
        equal(tour.keybearer`vault show tour --query properties.vaultUri -o tsv`, `${vault}/\n`)
      }),
      step("A1", "creates a vault by curl, as any client of the resource manager does", () => {
        const scope = "https://management.azure.com/.default"
        token = requestToken({ ...operatorProof, scope }).access_token
        const group = `${resourceManager}/subscriptions/${subscriptionId}/resourceGroups/keybearer`
        const url = `${group}/providers/Microsoft.KeyVault/vaults/second?api-version=2023-07-01`
        const body = { location: "local", properties: { tenantId, sku: { family: "A", name: "standard" } } }
        const json = words`--header ${"content-type: application/json"} --data ${JSON.stringify(body)}`
        const { status } = tour.curl`--request PUT ${bearer()} ${json} ${url}`
        ok([200, 201].includes(status))
      }),
      later("A1", "creates a vault by az keyvault create, and in the console", "the Azure CLI; the console"),

      step("A2", "an application is declared by --seed, with the public certificate of a key pair", () => {
        token = requestToken({ client_id: corellian, ...assertionProof(tour) }).access_token
        principalId = principalOf(token)
        equal(read("certificates").status, 403)
      }),
      later("A2", "registers it, with a permission and a secret of 180 days", "Graph; the console"),

      step(
        "A3",
        "even the vault's owner may neither import nor read before a role says so: 403 says why",
        () => {
          token = requestToken(operatorProof).access_token
          equal(importPfx("tls", exportPfx(tls, pfxPassword), pfxPassword).status, 403)
          const { status, body } = read("certificates")
          equal(status, 403)
          const { error } = JSON.parse(body) as { error: { innererror: object; message: string } }
          deepEqual(error.innererror, { code: "ForbiddenByRbac" })
          match(error.message, /Action: 'Microsoft.KeyVault\/vaults\/certificates\/read'/)
          match(error.message, /Resource: '\/subscriptions\/.*\/vaults\/tour/)
          match(error.message, new RegExp(`Caller: .*appid=${operator.clientId};oid=`))
        },
      ),
      step("A3", "gives itself and the application a role by keybearer role assign", () => {
        tour.keybearer`role assign --assignee me --role ${administrator} --vault-name tour`
        tour.keybearer`role assign --assignee ${principalId} --role ${administrator} --vault-name tour`
        equal(read("certificates").status, 200)
      }),
      later("A3", "prints the smallest roles that would do, by keybearer access advise", "advice on access"),

      step("A4", "a wrong password of a PFX is a clear 400 and changes nothing", () => {
        for (const encryption of ["AES-256", "3DES", "RC2-40"] satisfies PfxEncryption[]) {
          const { status, body } = importPfx("tls", exportPfx(tls, pfxPassword, encryption), "another")
          equal(status, 400)
          match(body, /password/)
        }
        equal(read("certificates").body, `{"value":[],"nextLink":null}`)
      }),
      step("A4", "imports a PFX of an RSA key by curl (AES-256)", () => {
        const { status, body } = importPfx("tls", exportPfx(tls, pfxPassword), pfxPassword)
        equal(status, 200)
        equal((JSON.parse(body) as { cer: string }).cer, tls.x509.raw.toString("base64"))
      }),
      step("A4", "imports a PFX of an EC key by keybearer vault certificate import (3DES)", () => {
        const pfx = tour.file("ec.pfx", exportPfx(ec, pfxPassword, "3DES"))
        const password = tour.file("password", pfxPassword)
        tour.keybearer`vault certificate import ec --vault-name tour --file ${pfx} --password-file ${password}`
      }),
      step("A4", "imports a PFX by @azure/keyvault-certificates (RC2)", async () => {
        const client = new CertificateClient(vault, new ControlPlane(bootstrap).operator)
        const pfx = exportPfx(tls, pfxPassword, "RC2-40")
        const { cer } = await client.importCertificate("old", pfx, { password: pfxPassword })
        deepEqual(Buffer.from(cer ?? []), tls.x509.raw)
      }),
      later("A4", "imports by az keyvault certificate import, in the console", "the Azure CLI; the console"),

      step("A5", "gets a token by an assertion that openssl signs and curl sends", () => {
        token = requestToken({ client_id: corellian, ...assertionProof(tour) }).access_token
        equal(read("certificates").status, 200)
      }),
      step("A5", "gets one by keybearer token get, knowing only the metadata endpoint", () => {
        const endpoint = `${authority}/${tenantId}/v2.0/.well-known/openid-configuration`
        const both = tour.file("both.pem", privatePem + publicPem)
        const where = words`--metadata-endpoint ${endpoint} --ca-certificate ${bootstrap.caCertificate}`
        const output = tour.keybearer`token get --app-id ${corellian} --certificate ${both} ${where} --scope ${vaultScope}`
        match(output, jwt)
      }),
      step("A5", "lists certificates with ClientCertificateCredential of @azure/identity", async () => {
        const proof = { certificate: privatePem + publicPem }
        const options = authorityOptions(bootstrap)
        const credential = new ClientCertificateCredential(tenantId, corellian, proof, options)
        const client = new CertificateClient(vault, credential)
        const names = (await collect(client.listPropertiesOfCertificates())).map(({ name }) => name)
        deepEqual(names, ["ec", "old", "tls"])
      }),
      later("A5", "finds the certificate by its subject in a local store", "the client's certificate store"),

      step("A6", "lists certificates by curl, in exactly the documented shape", () => {
        const { status, body } = read("certificates")
        equal(status, 200)
        const { value } = JSON.parse(body) as { value: { attributes: Record<string, number> }[] }
        const shaped = [ec, tls, tls].map(({ x509 }, at) => ({
          id: `${vault}/certificates/${["ec", "old", "tls"][at]}`,
          x5t: createHash("sha1").update(x509.raw).digest("base64url"),
          attributes: {
            enabled: true,
            nbf: Date.parse(x509.validFrom) / 1000,
            exp: Date.parse(x509.validTo) / 1000,
            created: value[at]?.attributes["created"],
            updated: value[at]?.attributes["updated"],
          },
          subject: "",
        }))
        equal(body, JSON.stringify({ value: shaped, nextLink: null }))
        for (const { attributes } of shaped) ok(Math.abs((attributes.created ?? 0) - Date.now() / 1000) < 60)
      }),

      step("A7", "gets a token with the shared secret by curl, and lists the same", () => {
        const before = read("certificates")
        token = requestToken(operatorProof).access_token
        deepEqual(read("certificates"), before)
      }),
      step("A7", "gets one by keybearer token get, with the secret in a file or in the environment", () => {
        const proofs = [
          words`--secret-file ${tour.file("secret", operator.clientSecret)}`,
          words`--secret-env TOUR_SECRET`,
        ]
        for (const proof of proofs) match(tour.keybearer`${getOperatorToken} ${proof}`, jwt)
      }),
      step("A7", "gets one with the secret on the command line, and a warning about that", () => {
        match(tour.keybearer`${getOperatorToken} --secret ${operator.clientSecret}`, jwt)
        match(tour.lastCommand, /WARNING/)
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

      step("A8", "a managed identity gets a token by curl, without any credential", async () => {
        const identity = await new ControlPlane(bootstrap).createManagedIdentity("tour")
        identityId = identity.clientId
        const where = words`--vault-name tour --certificate tls`
        tour.keybearer`role assign --assignee ${identity.principalId} --role ${certificateUser} ${where}`
        token = (tour.curlJson`--header Metadata:true ${metadata()}` as TokenBody).access_token
      }),
      step("A8", "is refused at once without the header, and when forwarded", () => {
        equal(tour.curl`${metadata()}`.status, 400)
        equal(tour.curl`--header Metadata:true --header X-Forwarded-For:10.0.0.1 ${metadata()}`.status, 400)
      }),
      step("A8", "gets one in the App Service form, and none without its header", () => {
        const header = `X-IDENTITY-HEADER: ${bootstrap.identityHeader}`
        const answer = tour.curlJson`--header ${header} ${appService()}` as TokenBody
        equal(answer.token_type, "Bearer")
        equal(tour.curl`${appService()}`.status, 401)
      }),
      step("A8", "with Key Vault Certificate User on one certificate, exactly that one works (A3)", () => {
        const statusOf = (path: string) => [path, read(path).status]
        const paths = ["certificates/tls", "certificates/ec", "certificates", "secrets/db-password"]
        deepEqual(Object.fromEntries(paths.map(statusOf)), {
          "certificates/tls": 200,
          "certificates/ec": 403,
          certificates: 403,
          "secrets/db-password": 403,
        })
      }),
      step("A8", "gets the certificate with ManagedIdentityCredential of @azure/identity", async () => {
        Object.assign(process.env, appServiceEnvironment(bootstrap))
        const credential = new ManagedIdentityCredential({ clientId: identityId })
        const { cer } = await new CertificateClient(vault, credential).getCertificate("tls")
        deepEqual(Buffer.from(cer ?? []), tls.x509.raw)
      }),
      later("A8", "does so for system-assigned identities", "every shape of managed identity"),

      step(
        "A9",
        "reads the secret behind it by curl; openssl opens the PFX and serves TLS with it",
        async () => {
          token = requestToken(operatorProof).access_token
          const { status, body } = read("secrets/tls")
          equal(status, 200)
          const { value, contentType } = JSON.parse(body) as { value: string; contentType: string }
          equal(contentType, "application/x-pkcs12")
          const pfx = tour.file("tls.pfx", Buffer.from(value, "base64"))
          const pem = tour.run("openssl", words`pkcs12 -in ${pfx} -passin pass: -nodes`)
          await shakeHands(tour, tour.file("from-pfx.pem", pem), tls.certificateFile)
        },
      ),
      step("A9", "downloads it by keybearer as PFX and as PEM, and serves TLS with it", async () => {
        const pfx = join(directory, "downloaded.pfx")
        const pem = join(directory, "downloaded.pem")
        tour.keybearer`vault certificate download tls --vault-name tour --format pfx --file ${pfx}`
        tour.keybearer`vault certificate download tls --vault-name tour --format pem --file ${pem}`
        match(tour.run("openssl", words`pkcs12 -in ${pfx} -passin pass: -nodes`), /BEGIN PRIVATE KEY/)
        await shakeHands(tour, pem, tls.certificateFile)
      }),

      step("A10", "tokens live about an hour", () => {
        const { expires_in: lifetimeSeconds } = requestToken(operatorProof)
        ok(lifetimeSeconds >= 3599 && lifetimeSeconds <= 5400)
      }),
      later("A10", "a client that runs for a day never sees one expire", "the client's cache and agent"),
    ],
  }

  /** A client assertion whose signature is openssl's. @see RFC 7523 section 3, https://www.rfc-editor.org/rfc/rfc7523.html#section-3 */
  function assertionProof({ certificate: { keyFile } }: Tour): Record<string, string> {
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url")
    const now = Math.floor(Date.now() / 1000)
    const x5t = createHash("sha1").update(publicCertificate.raw).digest("base64url")
    const aud = `${authority}/${tenantId}/oauth2/v2.0/token`
    const claims = { aud, iss: corellian, sub: corellian, jti: randomUUID(), nbf: now, exp: now + 300 }
    const input = `${encode({ alg: "RS256", typ: "JWT", x5t })}.${encode(claims)}`
    const signatureFile = tour.file("assertion.signature", "")
    tour.run("openssl", words`dgst -sha256 -sign ${keyFile} -out ${signatureFile}`, { input })
    return {
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: `${input}.${readFileSync(signatureFile).toString("base64url")}`,
    }
  }
}

/** openssl as the server, with key and certificate out of the vault, and as a client that trusts the certificate alone. */
async function shakeHands(tour: Tour, pem: string, trusted: string): Promise<void> {
  const server = spawn("openssl", words`s_server -accept 127.0.0.1:0 -cert ${pem} -key ${pem}`, {
    stdio: ["pipe", "pipe", "ignore"],
  })
  try {
    const address = await firstMatch(server.stdout, /^ACCEPT (\S+)/)
    const verify = words`-verify_return_error -verify_hostname localhost -CAfile ${trusted}`
    const client = words`s_client -connect ${address} -servername localhost ${verify}`
    match(tour.run("openssl", client, { input: "" }), /Verify return code: 0 \(ok\)/)
  } finally {
    server.kill()
  }
}

async function firstMatch(lines: NodeJS.ReadableStream, pattern: RegExp): Promise<string> {
  for await (const line of createInterface(lines)) {
    const found = pattern.exec(line)?.[1]
    if (found !== undefined) return found
  }
  throw new Error(`Nothing matched ${pattern.source}`)
}
