import { createHash } from "node:crypto"
import type { Page, PageRequest } from "../../domain/vault-objects/index.ts"
import type { List } from "../../wire/keyvault.ts"
import { queryParameter, type VaultCall } from "./call.ts"
import { badParameter } from "./errors.ts"
import { vaultUrl } from "./ids.ts"

/**
 * What a list request says about pages.
 *
 * @param path of the list, such as `/secrets`: the token of another list is refused
 * @throws KeyVaultError `BadParameter` - maxresults is no number, or a token that we did not make
 */
export function parsePage({ request }: VaultCall, path: string): PageRequest {
  return {
    limit: parseMaxResults(queryParameter(request, "maxresults")),
    after: parseSkipToken(queryParameter(request, "$skiptoken"), path),
  }
}

/** A page as the REST API shapes it; the link leads to the next page as it is. */
export function toList<T, I>(
  call: VaultCall,
  path: string,
  { items, next }: Page<T>,
  toItem: (item: T) => I,
): List<I> {
  return { value: items.map(toItem), nextLink: next === null ? null : nextLink(call, path, next) }
}

function nextLink(call: VaultCall, path: string, marker: string): string {
  const maxResults = queryParameter(call.request, "maxresults")
  const size = typeof maxResults === "string" ? `&maxresults=${maxResults}` : ""
  return `${vaultUrl(call)}${path}?api-version=${call.apiVersion}&$skiptoken=${toSkipToken(marker, path)}${size}`
}

function parseMaxResults(given: unknown): number | undefined {
  if (given === undefined) return undefined
  if (typeof given === "string" && /^\d{1,9}$/.test(given)) return Number(given)
  throw badParameter("maxresults must be a whole number from 1 to 25")
}

function toSkipToken(marker: string, path: string): string {
  return Buffer.from(JSON.stringify([marker, checksum(marker, path)])).toString("base64url")
}

function parseSkipToken(given: unknown, path: string): string | undefined {
  if (given === undefined) return undefined
  const marker = typeof given === "string" ? findMarker(given) : undefined
  if (marker === undefined || toSkipToken(marker, path) !== given) {
    throw badParameter("The $skiptoken is not one of this list. Start again with the first page")
  }
  return marker
}

function findMarker(token: string): string | undefined {
  try {
    const [marker] = JSON.parse(Buffer.from(token, "base64url").toString()) as unknown[]
    return typeof marker === "string" ? marker : undefined
  } catch {
    return undefined
  }
}

/** Against slips, not against attacks: a marker shows nobody what a first page would not. */
function checksum(marker: string, path: string): string {
  return createHash("sha256").update(`${path.toLowerCase()}\n${marker}`).digest("base64url").slice(0, 8)
}
