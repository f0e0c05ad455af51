/**
 * A day in the life of a server, through every surface, mistakes included; then everything it left behind is searched for
 * every secret of that day. What the first start writes to the bootstrap file is the one exception.
 */
import { createPrivateKey } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { type Answer, Asker, type Question } from "../ask.ts"
import { ControlPlane, principalOf } from "../control-plane.ts"
import { trustServer } from "../clients/official-clients.ts"
import { exportPfx, type IssuedCertificate, issueCertificate } from "../openssl.ts"
import { serve, type ServerProcess } from "../serve.ts"
import { findSecrets, readPlaces, type Secret } from "./secret-search.ts"

const directory = mkdtempSync(join(tmpdir(), "keybearer-leaks-"))
/** Kept in clear by design: if the search does not find it in the database, it proves nothing. */
const canary = "canary-7c1d5f0e6b"
const pfxPassword = "pfx p@ssword 83f2/+"
const secretValues = ["the plain value of a secret 5d41", 'größe & "quotes" + /slashes/ 402a\n']
const guesses = {
  clientSecret: "guessed~client~secret~c4ca",
  password: "guessed p@ssword 4238",
  pfxPassword: "guessed pfx p@ssword a0b9",
  identityHeader: "guessed-identity-header-2382",
}

const seeded = {
  password: "seeded p@ssword c81e",
  clientSecret: "seeded~client~secret~eccbc87e4b5ce2fe",
  secretValue: "seeded value of a secret a87f",
}

let server: ServerProcess
let asker: Asker
let certificate: IssuedCertificate
let secrets: Secret[]

beforeAll(async () => {
  certificate = issueCertificate({ directory, name: "leaks" })
  server = await serve({ seed: toSeed(), flags: ["--log-level", "debug"] })
  trustServer(server.bootstrap)
  asker = new Asker(server.bootstrap)
  const { administrator, operator, identityHeader } = server.bootstrap
  secrets = [
    { name: "the administrator's password", value: administrator.password },
    { name: "the operator's client secret", value: operator.clientSecret },
    { name: "the identity header", value: identityHeader },
    { name: "the PFX password", value: pfxPassword },
    ...Object.entries(seeded).map(([name, value]) => ({ name: `a seeded ${name}`, value })),
    ...privateNumbersOf(certificate).map((value) => ({ name: "a private key", value })),
    ...secretValues.map((value, at) => ({ name: `secret value ${at}`, value })),
    ...Object.entries(guesses).map(([name, value]) => ({ name: `a wrong ${name}`, value })),
  ]
})

afterAll(async () => {
  asker.close()
  await server.remove()
  rmSync(directory, { recursive: true, force: true })
})

function toSeed(): object {
  const pfx = exportPfx(certificate, pfxPassword).toString("base64")
  return {
    users: [{ userPrincipalName: "seeded@keybearer.localhost", password: seeded.password }],
    applications: [{ displayName: "seeded", secrets: [{ secret: seeded.clientSecret }] }],
    vaults: [
      {
        name: "seeded",
        secrets: [{ name: "seeded", value: seeded.secretValue }],
        certificates: [{ name: "seeded-tls", value: pfx, password: pfxPassword }],
      },
    ],
  }
}

/** What makes an RSA key private, as it stands in any encoding of the key. */
function privateNumbersOf({ key }: IssuedCertificate): Buffer[] {
  const { d = "", p = "", q = "" } = createPrivateKey(key).export({ format: "jwk" })
  return [d, p, q].map((number) => Buffer.from(number, "base64url"))
}

const json = { "content-type": "application/json" }
const form = { "content-type": "application/x-www-form-urlencoded" }

function remember(name: string, value: string): string {
  secrets.push({ name, value })
  return value
}

/** A signed token is worth as much as its signature: both are remembered. */
function rememberToken(name: string, token: string): string {
  remember(`the signature of ${name}`, token.split(".")[2] ?? "")
  return remember(name, token)
}

async function refuse(question: Question): Promise<Answer> {
  const answer = await asker.ask(question)
  expect(answer.status, `${question.method ?? "GET"} ${question.url}`).toBeGreaterThanOrEqual(400)
  expect(answer.status, `${question.method ?? "GET"} ${question.url}`).toBeLessThan(500)
  return answer
}

async function requestTokens(): Promise<string> {
  const { authority, tenantId, operator } = server.bootstrap
  const url = `${authority}/${tenantId}/oauth2/v2.0/token`
  const credential = { client_id: operator.clientId, client_secret: operator.clientSecret }
  const good = { grant_type: "client_credentials", scope: "https://vault.azure.net/.default", ...credential }
  const post = (fields: Record<string, string>, query = "") => ({
    method: "POST",
    url: url + query,
    headers: form,
    body: new URLSearchParams(fields).toString(),
  })

  const basic = Buffer.from(`${operator.clientId}:${operator.clientSecret}`).toString("base64")
  const { client_secret: secret, ...withoutSecret } = good
  await refuse(post({ ...good, client_secret: guesses.clientSecret }))
  await refuse(post({ ...withoutSecret, client_id: secret }))
  await refuse(post({ ...good, scope: secret }))
  await refuse(post({ ...good, grant_type: secret }))
  await refuse(post({ ...withoutSecret, client_assertion: secret, client_assertion_type: secret }))
  await refuse(post(withoutSecret, `?client_secret=${encodeURIComponent(secret)}`))
  await refuse({ url: `${url}?${new URLSearchParams(good).toString()}` })
  await refuse({ method: "POST", url, headers: json, body: JSON.stringify(good) })
  await asker.ask({ ...post(withoutSecret), headers: { ...form, authorization: `Basic ${basic}` } })
  await asker.ask({ ...post(good), headers: { ...form, "client-request-id": secret } })

  const { body } = await asker.askOk(post(good))
  return rememberToken("an access token", (JSON.parse(body) as { access_token: string }).access_token)
}

async function useVault(token: string): Promise<void> {
  const controlPlane = new ControlPlane(server.bootstrap)
  const vaultUrl = await controlPlane.createVault("leaks")
  await controlPlane.assignRole(principalOf(token), "administrator", controlPlane.vaultScope("leaks"))
  const headers = { ...json, authorization: `Bearer ${token}` }
  const ask = (
    method: string,
    path: string,
    body?: object | string,
    more: Record<string, string> = {},
  ): Question => ({
    method,
    url: `${vaultUrl}${path}${path.includes("?") ? "&" : "?"}api-version=7.4`,
    headers: { ...headers, ...more },
    body: typeof body === "object" ? JSON.stringify(body) : (body ?? ""),
  })
  const [value = "", other = ""] = secretValues

  await asker.askOk(ask("PUT", "secrets/kept", { value, tags: { canary } }))
  await asker.askOk(ask("PUT", "secrets/kept", { value: other }))
  await asker.askOk(ask("GET", "secrets/kept"))
  await asker.askOk(ask("PUT", "secrets/removed", { value }))
  const backup = await asker.askOk(ask("POST", "secrets/removed/backup"))
  await asker.askOk(ask("DELETE", "secrets/removed"))
  await asker.askOk(ask("DELETE", "deletedsecrets/removed"))
  await asker.askOk(ask("POST", "secrets/restore", JSON.parse(backup.body) as object))

  await refuse(ask("PUT", "secrets/wrong", `{"value": "${value}"`))
  await refuse(ask("PUT", "secrets/wrong", { value: { nested: value } }))
  await refuse(ask("PUT", "secrets/wrong", { value: value.repeat(2000) }))
  await refuse(ask("PUT", "secrets/wrong", { value, attributes: { nbf: value } }))
  await refuse(ask("PUT", `secrets/wrong?value=${encodeURIComponent(value)}`))
  await refuse(ask("PUT", "secrets/wrong", { value }, { authorization: `Bearer ${value}` }))
  await refuse(ask("PUT", "secrets/wrong", { value }, { authorization: `Bearer ${token}x` }))
  await asker.ask(ask("GET", "secrets/kept", "", { "x-ms-client-request-id": value }))
  await asker.ask(ask("GET", "secrets/kept", "", { "user-agent": value.replaceAll(" ", "_") }))

  const pfx = exportPfx(certificate, pfxPassword).toString("base64")
  await refuse(ask("POST", "certificates/tls/import", { value: pfx, pwd: guesses.pfxPassword }))
  await refuse(ask("POST", "certificates/tls/import", { value: pfxPassword, pwd: pfx }))
  await refuse(ask("POST", "certificates/tls/import", { value: certificate.key }))
  await asker.askOk(ask("POST", "certificates/tls/import", { value: pfx, pwd: pfxPassword }))
  const pem = { value: certificate.key + certificate.certificate }
  const policy = { secret_props: { contentType: "application/x-pem-file" } }
  await asker.askOk(ask("POST", "certificates/pem/import", { ...pem, policy }))
  await asker.askOk(ask("GET", "secrets/tls"))
  await asker.askOk(ask("GET", "secrets/pem"))
}

async function useAppTokens(accessToken: string): Promise<void> {
  const { appTokens, administrator } = server.bootstrap
  const url = (path: string) => `${appTokens}/api/v1/${path}`
  const { userPrincipalName: username, password } = administrator
  const signIn = (body: object) => ({
    method: "POST",
    url: url("signin"),
    headers: json,
    body: JSON.stringify(body),
  })

  await refuse(signIn({ username, password: guesses.password }))
  await refuse(signIn({ username: password, password: username }))
  await refuse(signIn({ username, password: { nested: password } }))
  const { headers } = await asker.askOk(signIn({ username, password }))
  const cookie = headers["set-cookie"]?.[0]?.split(";")[0] ?? ""
  remember("a session", cookie.split("=")[1] ?? "")

  const granted = await asker.askOk({ url: url("apptoken/grant"), headers: { cookie } })
  const { id, token } = JSON.parse(granted.body) as { id: number; token: string }
  rememberToken("an app token", token)
  const bearer = { authorization: `Bearer ${token}` }
  await asker.askOk({ url: url("apptoken"), headers: bearer })
  await refuse({ url: url("accessible"), headers: { authorization: `Bearer ${token}x` } })
  await refuse({ url: url("accessible"), headers: { authorization: `Bearer ${accessToken}` } })
  await refuse({ url: `${url("accessible")}?token=${token}` })
  await refuse({
    method: "POST",
    url: url("apptoken"),
    headers: { ...json, ...bearer },
    body: JSON.stringify({ token: `${token}x` }),
  })
  await asker.askOk({ method: "DELETE", url: url(`apptoken/${id}`), headers: bearer })
  await refuse({ url: url("accessible"), headers: bearer })
}

async function useManagedIdentity(): Promise<void> {
  const { managedIdentity, identityEndpoint, identityHeader } = server.bootstrap
  const { clientId } = await new ControlPlane(server.bootstrap).createManagedIdentity("leaks")
  const query = `resource=${encodeURIComponent("https://vault.azure.net")}&client_id=${clientId}`
  const appService = `${identityEndpoint}?api-version=2019-08-01&${query}`
  await refuse({ url: appService, headers: { "x-identity-header": guesses.identityHeader } })
  await refuse({ url: `${appService}&x-identity-header=${identityHeader}` })
  const answers = await Promise.all([
    asker.askOk({ url: appService, headers: { "x-identity-header": identityHeader } }),
    asker.askOk({
      url: `${managedIdentity}/metadata/identity/oauth2/token?api-version=2018-02-01&${query}`,
      headers: { metadata: "true" },
    }),
  ])
  for (const { body } of answers) {
    rememberToken("a managed identity's token", (JSON.parse(body) as { access_token: string }).access_token)
  }
}

/** Everything left behind, but for the bootstrap file, and for the root key in its own file. */
function leftBehind() {
  const files = readPlaces(server.dataDirectory)
  return [...files, { name: "standard output and standard error", content: Buffer.from(server.output) }]
}

function findLeaks(): string[] {
  const places = leftBehind()
  const rootKey = readFileSync(join(server.dataDirectory, "root.key"), "utf8").trim()
  const withoutKeyFile = places.filter(({ name }) => name !== "root.key")
  return [
    ...findSecrets(places, secrets),
    ...findSecrets(withoutKeyFile, [{ name: "the root key", value: Buffer.from(rootKey, "hex") }]),
  ]
}

test("nothing that a server leaves behind holds a secret, killed or stopped", async () => {
  const token = await requestTokens()
  await useVault(token)
  await useAppTokens(token)
  await useManagedIdentity()

  await server.stop("SIGKILL")
  const whenKilled = { leaks: findLeaks(), places: leftBehind().map(({ name }) => name) }
  const canaries = findSecrets(leftBehind(), [{ name: "the canary", value: canary }])
  await server.start()
  await requestTokens()
  const exitCode = await server.stop()

  expect(whenKilled.leaks).toEqual([])
  expect(whenKilled.places).toEqual(expect.arrayContaining(["keybearer.db", "keybearer.db-wal"]))
  expect(canaries).toEqual([expect.stringMatching(/^the canary is in keybearer\.db(-wal)? as it is$/)])
  expect(exitCode).toBe(0)
  expect(findLeaks()).toEqual([])
})

test("the bootstrap file is for its owner alone, and holds what nothing else does", () => {
  const places = readPlaces(server.directory).filter(({ name }) => name === "bootstrap.json")

  const found = findSecrets(places, secrets)

  expect(statSync(server.bootstrapFile).mode & 0o777).toBe(0o600)
  expect(found).toEqual([
    "the administrator's password is in bootstrap.json as it is",
    "the operator's client secret is in bootstrap.json as it is",
    "the identity header is in bootstrap.json as it is",
  ])
})
