import { defineCommand } from "../command.ts"
import { azureCloud, type Cloud } from "../cloud.ts"
import { CliError } from "../errors.ts"
import type { Account, Session } from "../session.ts"
import { type AzureTime, toAzureTime } from "../shapes/index.ts"

/** The member of the Azure CLI's cloud that each type stands for. */
const resourceTypes = {
  "aad-graph": "active_directory_graph_resource_id",
  arm: "active_directory_resource_id",
  batch: "batch_resource_id",
  "data-lake": "active_directory_data_lake_resource_id",
  media: "media_resource_id",
  "ms-graph": "microsoft_graph_resource_id",
  "oss-rdbms": "ossrdbms_resource_id",
} as const

type ResourceType = keyof typeof resourceTypes

interface Answer {
  accessToken: string
  expiresOn: AzureTime
  expires_on: number
  subscription?: string
  tenant: string
  tokenType: "Bearer"
}

/** bin/hot.js answers the same while the token is cached; test/cli compares the two byte for byte. */
export const command = defineCommand({
  options: {
    resource: { value: "RESOURCE", sentence: "What the token is for: https://vault.azure.net." },
    scope: {
      value: "SCOPE",
      many: true,
      sentence: "The same in the v2 form: https://vault.azure.net/.default.",
    },
    "resource-type": {
      value: "TYPE",
      choices: Object.keys(resourceTypes),
      sentence: "The same as the name of a well-known one.",
    },
    subscription: {
      value: "ID",
      short: "s",
      aliases: ["name", "n"],
      sentence: "Name or id of the subscription.",
    },
    tenant: { value: "TENANT", short: "t", sentence: "The tenant, in place of a subscription's own." },
  },
  examples: [
    { does: "For the resource manager", line: "account get-access-token" },
    { does: "For vaults", line: "account get-access-token --resource https://vault.azure.net" },
    { does: "The token alone", line: "account get-access-token --query accessToken -o tsv" },
  ],
  run: async (options, session) => {
    const { subscription: wanted, tenant } = options
    if (tenant && wanted) throw new CliError("Please specify only one of subscription and tenant, not both")
    const account = await session.account(wanted)
    assertTenantAllowed(account, tenant)
    const scope = scopeOf(options, account.cloud, session)
    const source = await account.tokenSource(tenant)
    const { token, expiresAt } = await source.getToken(scope)
    session.redactor.add(token)
    return toAnswer({ token, expiresAt }, account, tenant)
  },
})

function toAnswer(
  { token, expiresAt }: { token: string; expiresAt: number },
  { subscription }: Account,
  tenant?: string,
) {
  const answer: Answer = {
    accessToken: token,
    expiresOn: toAzureTime(expiresAt),
    expires_on: expiresAt,
    tenant: tenant ?? subscription.tenantId,
    tokenType: "Bearer",
  }
  return tenant === undefined ? { ...answer, subscription: subscription.id } : answer
}

interface Wanted {
  readonly resource: string | undefined
  readonly scope: readonly string[] | undefined
  readonly "resource-type": string | undefined
}

/** By plain concatenation, as the Azure CLI does: `…/` gives `…//.default`. */
function scopeOf({ resource, scope, "resource-type": type }: Wanted, cloud: Cloud, session: Session): string {
  if (scope?.length) return scope.toSorted().join(" ")
  if (resource) return `${resource}/.default`
  if (type !== undefined && resource === undefined)
    return `${resourceOf(type as ResourceType, cloud, session)}/.default`
  return `${cloud.resourceManagerAudience}/.default`
}

function resourceOf(type: ResourceType, cloud: Cloud, { files }: Session): string {
  const known: Record<string, string | undefined> = {
    ...cloud.resources,
    arm: cloud.resourceManagerAudience,
    "ms-graph": cloud.graph,
  }
  const resource = known[type]
  if (resource !== undefined) return resource
  throw new CliError(
    `The endpoint '${resourceTypes[type]}' for this cloud is not set but is used.\n` +
      `${files.profile} may be corrupt or invalid.\nResolve the error or delete this file and try again.`,
    { hints: [`It is known for ${azureCloud.name}; give --resource here.`] },
  )
}

/** A managed identity lives in one tenant. */
function assertTenantAllowed({ subscription }: Account, tenant: string | undefined): void {
  const isManaged = subscription.user.assignedIdentityInfo !== undefined
  if (!isManaged || tenant === undefined || tenant === subscription.tenantId) return
  throw new CliError("Tenant shouldn't be specified for managed identity account")
}
