import { defaultScopeSuffix, oidcScopes } from "../../wire/oauth.ts"
import { OAuthError } from "./errors.ts"

/**
 * The resource that an application's scope names, exactly as written: one `{resource}/.default`. Scopes of OpenID
 * Connect, which MSAL for Go sends along, mean nothing to an application and are dropped.
 *
 * @throws OAuthError 70011 malformed, or mixed with other scopes of the resource; 28000 several resources;
 *   1002012 not `/.default`
 * @see contracts/entra.md 2.8
 */
export function resourceOfDefaultScope(scope: string): string {
  const scopes = new Set(scope.split(" ").filter((one) => one !== "" && !isOidcScope(one)))
  for (const one of scopes) {
    if (!/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(one))
      throw new OAuthError(70011, { detail: "It has characters that no scope has" })
  }
  const resources = new Set([...scopes].map(resourceOf))
  if (resources.size > 1) throw new OAuthError(28000)
  const [only, another] = scopes
  if (another !== undefined) {
    throw new OAuthError(70011, { detail: "/.default goes with no other scope of the resource" })
  }
  if (only === undefined || !only.endsWith(defaultScopeSuffix) || only === defaultScopeSuffix) {
    throw new OAuthError(1002012, { detail: "An example is https://vault.azure.net/.default" })
  }
  return resourceOf(only)
}

/** What stands before the last slash; a slash before that one belongs to the resource. */
function resourceOf(scope: string): string {
  return scope.slice(0, Math.max(scope.lastIndexOf("/"), 0))
}

function isOidcScope(scope: string): boolean {
  return (oidcScopes as readonly string[]).includes(scope)
}
