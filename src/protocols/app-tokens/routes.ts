/**
 * Every route of the surface, below `/api/v1`.
 *
 * `anyone` and `caller` (any good credential) are held here; `management` (Administrator, Operator or
 * Reader) and `administrator` by the domain function, which knows whose token it is about. A row that
 * `changes` something is kept from other web sites when a cookie is the credential.
 */
import { grantAsAsked, grantToCaller, grantToIdentity } from "./grant.ts"
import { createIdentity, getIdentity, getOwnIdentity, listIdentities } from "./identities.ts"
import type { CallerOperation, OpenOperation } from "./operation.ts"
import { createRole, getRole, listRoles } from "./roles.ts"
import { signIn } from "./sign-in.ts"
import { accessible, alive, version } from "./status.ts"
import { getToken, importToken, listTokens, revokeToken } from "./tokens.ts"

type Method = "GET" | "POST" | "DELETE"

export type Route = {
  method: Method
  path: string
  changes: boolean
} & (
  | { who: "anyone"; run: OpenOperation }
  | { who: "caller" | "management" | "administrator"; run: CallerOperation }
)

const reads = false
const changes = true

// prettier-ignore
export const routes: readonly Route[] = [
  open("GET    /alive",               reads,   alive),
  open("POST   /signin",              changes, signIn),
  held("GET    /accessible",          reads,   "caller",        accessible),
  held("GET    /version",             reads,   "caller",        version),

  held("GET    /apptoken/grant",      changes, "management",    grantToCaller),
  held("POST   /apptoken/grant",      changes, "management",    grantAsAsked),
  held("GET    /apptoken/grant/:id",  changes, "administrator", grantToIdentity),
  held("POST   /apptoken/grant/:id",  changes, "administrator", grantToIdentity),
  held("GET    /apptoken/:id/grant",  changes, "administrator", grantToIdentity),
  held("POST   /apptoken/:id/grant",  changes, "administrator", grantToIdentity),
  held("POST   /apptoken",            changes, "administrator", importToken),
  held("GET    /apptoken",            reads,   "management",    listTokens),
  held("GET    /apptoken/:id",        reads,   "management",    getToken),
  held("DELETE /apptoken/:id",        changes, "management",    revokeToken),

  held("GET    /identity/my",         reads,   "caller",        getOwnIdentity),
  held("GET    /identity",            reads,   "administrator", listIdentities),
  held("GET    /identity/:id",        reads,   "administrator", getIdentity),
  held("POST   /identity",            changes, "administrator", createIdentity),

  held("GET    /role",                reads,   "caller",        listRoles),
  held("GET    /role/:id",            reads,   "caller",        getRole),
  held("POST   /role",                changes, "administrator", createRole),
]

function open(methodAndPath: string, changes: boolean, run: OpenOperation): Route {
  return { ...split(methodAndPath), changes, who: "anyone", run }
}

function held(
  methodAndPath: string,
  changes: boolean,
  who: "caller" | "management" | "administrator",
  run: CallerOperation,
): Route {
  return { ...split(methodAndPath), changes, who, run }
}

function split(methodAndPath: string): Pick<Route, "method" | "path"> {
  const [method, path = ""] = methodAndPath.split(/ +/)
  return { method: method as Method, path }
}
