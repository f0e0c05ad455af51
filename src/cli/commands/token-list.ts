import { toAzureTime } from "../shapes/index.ts"
import { defineCommand, type Options, type Values } from "../command.ts"
import { toTableText } from "../output.ts"
import type { CachedToken } from "../../sdk/index.ts"

const options = {
  resource: { value: "RESOURCE", sentence: "Only those for it." },
  tenant: { value: "TENANT", short: "t", sentence: "Only those of it." },
  user: { value: "ID", sentence: "Only those of this application or user." },
  show: { sentence: "With their values." },
} as const satisfies Options

export const command = defineCommand({
  options,
  examples: [
    { does: "All of them", line: "token list" },
    { does: "For vaults, as JSON", line: "token list --resource https://vault.azure.net -o json" },
  ],
  toText: (rows: Row[]) => (rows.length === 0 ? "" : toTableText(rows.map(toColumns), false)),
  toTable: (rows: Row[]) => rows.map(toColumns),
  run: async (given, session) => {
    const tokens = await session.tokens.list()
    return tokens.filter((token) => isWanted(token, given)).map((token) => toRow(token, given.show))
  },
})

interface Row {
  resource: string
  tenant: string
  user: string
  scopes: string[]
  authority: string
  expiresOn: string
  accessToken?: string
}

function isWanted(token: CachedToken, { resource, tenant, user }: Values<typeof options>): boolean {
  const sameResource = resource === undefined || trimmed(resourceOf(token)) === trimmed(resource)
  const sameTenant = tenant === undefined || token.tenantId.toLowerCase() === tenant.toLowerCase()
  return (
    sameResource && sameTenant && (user === undefined || token.account.toLowerCase() === user.toLowerCase())
  )
}

function toRow(token: CachedToken, show: boolean): Row {
  const row: Row = {
    resource: resourceOf(token),
    tenant: token.tenantId,
    user: token.account,
    scopes: token.scope.split(" "),
    authority: token.authority,
    expiresOn: toAzureTime(token.expiresAt),
  }
  return show ? { ...row, accessToken: token.token } : row
}

function toColumns({ resource, tenant, user, scopes, expiresOn, accessToken }: Row) {
  const columns = { resource, tenant, user, scopes: scopes.join(" "), expiresOn: expiresOn.slice(0, 19) }
  return accessToken === undefined ? columns : { ...columns, accessToken }
}

/** Of the first scope: what stands before its last part. */
function resourceOf({ scope }: CachedToken): string {
  const [first = ""] = scope.split(" ")
  return first.replace(/\/[^/]+$/, "")
}

function trimmed(resource: string): string {
  return resource.replace(/\/+$/, "").toLowerCase()
}
