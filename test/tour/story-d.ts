/** STORIES D, as far as the foundation goes. */
import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict"
import { randomUUID } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { later, step, type Story } from "./steps.ts"
import type { Tour } from "./travel.ts"
import { words } from "./words.ts"

interface AppTokenBody {
  id: number
  token: string
  identity: { id: number; name: string }
  revoked: boolean
  role: string
  created: string
  expiration: string
  revokedDate: string
}

const claimNames = {
  name: "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name",
  hash: "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/hash",
  role: "http://schemas.microsoft.com/ws/2008/06/identity/claims/role",
}

export function storyD(tour: Tour): Story {
  const { appTokens, administrator } = tour.bootstrap
  const api = `${appTokens}/api/v1`
  const jar = join(tour.directory, "cookies")
  const bearer = (token: string) => words`--header ${`authorization: Bearer ${token}`}`
  const get = (token: string, path: string) => tour.curl`${bearer(token)} ${api}/${path}`
  const post = (path: string, body: object, more: readonly string[]) => {
    const json = words`--header ${"content-type: application/json"} --data ${JSON.stringify(body)}`
    return tour.curl`${json} ${more} ${api}/${path}`
  }
  const statusFor = (token: string, path = "accessible") => get(token, path).status
  const listTokens = () => tour.curlJson`${bearer(own.token)} ${api}/apptoken` as AppTokenBody[]
  let own: AppTokenBody
  let foreign = ""

  const createIdentity = (name: string, role?: string) => {
    const { status, body } = post("identity", { name, ...(role && { role }) }, bearer(own.token))
    equal(status, 200)
    return (JSON.parse(body) as { id: number }).id
  }
  const grantTo = (identityId: number) => {
    const { status, body } = get(own.token, `apptoken/grant/${identityId}`)
    equal(status, 200)
    return JSON.parse(body) as AppTokenBody
  }

  return {
    title: "D. App tokens",
    steps: [
      step("D1", "signs in with user name and password, gets a session cookie", () => {
        const { userPrincipalName: username, password } = administrator
        const { status, body } = post("signin", { username, password }, words`--cookie-jar ${jar}`)
        equal(status, 200)
        deepEqual(JSON.parse(body), { returnUrl: "/admin" })
        equal(post("signin", { username, password: "guessed" }, []).status, 401)
      }),
      step("D1", "gets an app token for itself with the cookie, a year long", () => {
        own = tour.curlJson`--cookie ${jar} ${api}/apptoken/grant` as AppTokenBody
        const members = ["id", "token", "identity", "revoked", "role", "created", "expiration", "revokedDate"]
        deepEqual(Object.keys(own).slice(0, members.length), members)
        equal(Date.parse(own.expiration) - Date.parse(own.created), 365 * 86_400_000)
        equal(own.role, "Administrator")
      }),
      step(
        "D1",
        "the token is an HS256 JWT with the claim names of the contract, by openssl's signature",
        () => {
          const [header = "", claims = "", signature = ""] = own.token.split(".")
          deepEqual(decode(header), { alg: "HS256", typ: "JWT" })
          deepEqual(decode(claims), {
            [claimNames.name]: administrator.userPrincipalName,
            [claimNames.hash]: (decode(claims) as Record<string, string>)[claimNames.hash],
            sub: "PowerShellUniversal",
            [claimNames.role]: "Administrator",
            nbf: Date.parse(own.created) / 1000,
            exp: Date.parse(own.expiration) / 1000,
            iss: "IronmanSoftware",
            aud: "PowerShellUniversal",
          })
          equal(sign(tour, `${header}.${claims}`, tour.appTokenSigningKey), signature)
        },
      ),

      step(
        "D2",
        "an administrator grants one for another identity, which carries that identity's role",
        () => {
          const granted = grantTo(createIdentity("reader@tour", "Reader"))
          equal(granted.role, "Reader")
          equal(granted.identity.name, "reader@tour")
        },
      ),
      step("D2", "an identity without a role is refused", () => {
        const id = createIdentity("nobody@tour")
        equal(statusFor(own.token, `apptoken/grant/${id}`), 400)
      }),

      step("D3", "a Reader may look, and neither grant to others nor see identities", () => {
        const { token } = grantTo(createIdentity("other-reader@tour", "Reader"))
        equal(statusFor(token), 200)
        equal(statusFor(token, "apptoken"), 200)
        equal(statusFor(token, "apptoken/grant/1"), 403)
        equal(statusFor(token, "identity"), 403)
      }),
      step("D3", "an Operator may not manage identities either", () => {
        const { token } = grantTo(createIdentity("operator@tour", "Operator"))
        equal(statusFor(token), 200)
        equal(statusFor(token, "identity"), 403)
      }),
      later("D3", "custom roles guard custom endpoints", "forwarding of app tokens"),

      step("D4", "imports a token made on another instance with the same signing key, once", () => {
        foreign = mint(tour, tour.appTokenSigningKey)
        const body = { Token: foreign, Identity: { Name: "elsewhere@tour" }, Role: "Reader" }
        equal(statusFor(foreign), 401)
        equal(post("apptoken", body, bearer(own.token)).status, 200)
        equal(statusFor(foreign), 200)
        equal(post("apptoken", body, bearer(own.token)).status, 409)
        equal(listTokens().filter(({ identity }) => identity.name === "elsewhere@tour").length, 1)
      }),
      step("D4", "refuses one that another key signed", () => {
        const stranger = mint(tour, "0".repeat(64))
        equal(post("apptoken", { Token: stranger }, bearer(own.token)).status, 400)
        equal(statusFor(stranger), 401)
      }),

      step("D5", "lists tokens, looks at one, revokes it: refused on the very next request", () => {
        const imported = listTokens().find(({ identity }) => identity.name === "elsewhere@tour")
        ok(imported)
        const path = `apptoken/${imported.id}`
        deepEqual(JSON.parse(get(own.token, path).body), imported)
        tour.curlJson`--request DELETE ${bearer(own.token)} ${api}/${path}`
        equal(statusFor(foreign), 401)
        const revoked = JSON.parse(get(own.token, path).body) as AppTokenBody
        equal(revoked.revoked, true)
        notEqual(revoked.revokedDate, imported.revokedDate)
      }),

      step("D6", "values are shown once: no list has them, no file of the server holds them", () => {
        deepEqual(new Set(listTokens().map(({ token }) => token)), new Set([""]))
        const signature = own.token.split(".")[2] ?? ""
        match(signature, /^[\w-]{43}$/)
        for (const file of ["keybearer.db", "keybearer.db-wal"]) {
          const content = readFileSync(join(tour.server.dataDirectory, file))
          equal(content.includes(signature), false)
        }
      }),
      later(
        "D6",
        "digests the tokens of an imported installation in place",
        "rotating and importing app tokens",
      ),
      later("D7", "grants, filters and revokes in bulk in the console", "the console"),
      later("D8", "protects an API behind nginx by /forward-auth", "forwarding of app tokens"),
    ],
  }
}

function decode(part: string): unknown {
  return JSON.parse(Buffer.from(part, "base64url").toString())
}

/** As another instance makes them; the signature is openssl's. */
function mint(tour: Tour, signingKey: string): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url")
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    [claimNames.name]: "elsewhere@tour",
    [claimNames.hash]: randomUUID(),
    sub: "PowerShellUniversal",
    [claimNames.role]: "Reader",
    nbf: now,
    exp: now + 86_400,
    iss: "IronmanSoftware",
    aud: "PowerShellUniversal",
  }
  const content = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`
  return `${content}.${sign(tour, content, signingKey)}`
}

function sign(tour: Tour, content: string, key: string): string {
  const contentFile = tour.file("content", content)
  const signatureFile = tour.file("signature", "")
  tour.run("openssl", words`dgst -sha256 -hmac ${key} -binary -out ${signatureFile} ${contentFile}`)
  return readFileSync(signatureFile).toString("base64url")
}
