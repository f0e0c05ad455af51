import { resolve } from "node:path"
import { azureCloud, type Cloud, trimSlashes } from "../cloud.ts"
import { defineCommand, type Options, type Values } from "../command.ts"
import { usageError } from "../errors.ts"
import { createCredential, proofOptions, readProof } from "../proofs.ts"
import type { Session } from "../session.ts"
import { type AccessToken, parseMetadataUrl } from "../../sdk/index.ts"

const options = {
  scope: { value: "SCOPE", sentence: "What the token is for: https://vault.azure.net/.default." },
  resource: { value: "RESOURCE", sentence: "The same without /.default." },
  "app-id": { value: "ID", sentence: "Id of an application; without it the account that is signed in." },
  tenant: { value: "TENANT", short: "t", sentence: "Id or domain of the tenant." },
  ...proofOptions,
  authority: { value: "URL", sentence: `Address of the server; without it ${azureCloud.authority}.` },
  "metadata-endpoint": {
    value: "URL",
    sentence: "Address of the discovery document, in place of authority and tenant.",
  },
  "ca-certificate": { value: "FILE", sentence: "Certificate (PEM) that the server's own leads to." },
} as const satisfies Options

type Given = Values<typeof options>

/** With `--app-id`, signs in for this one token and keeps nothing: what was given is what is proven. */
export const command = defineCommand({
  options,
  examples: [
    {
      does: "For vaults, as the account that is signed in",
      line: "token get --resource https://vault.azure.net",
    },
    {
      does: "With a certificate, knowing only the metadata endpoint",
      line: "token get --app-id APPID --certificate app.pem --metadata-endpoint https://localhost:8443/TENANT/v2.0/.well-known/openid-configuration --scope https://vault.azure.net/.default",
    },
  ],
  toText: ({ accessToken }: Answer) => `${accessToken}\n`,
  run: async (given, session) => {
    const scope = given.scope ?? (given.resource === undefined ? undefined : `${given.resource}/.default`)
    const token =
      given["app-id"] === undefined
        ? await fromAccount(scope, given, session)
        : await fresh(scope, given, session)
    session.redactor.add(token.token)
    return toAnswer(token)
  },
})

type Answer = ReturnType<typeof toAnswer>

function toAnswer({ token, expiresAt }: AccessToken) {
  return {
    accessToken: token,
    expiresOn: new Date(expiresAt * 1000).toISOString(),
    expires_on: expiresAt,
    tokenType: "Bearer",
  }
}

async function fromAccount(
  scope: string | undefined,
  { tenant }: Given,
  session: Session,
): Promise<AccessToken> {
  const account = await session.account()
  const source = await account.tokenSource(tenant)
  return source.getToken(scope ?? `${account.cloud.resourceManagerAudience}/.default`)
}

async function fresh(scope: string | undefined, given: Given, session: Session): Promise<AccessToken> {
  if (scope === undefined) throw usageError("the following arguments are required: --scope or --resource")
  const { authority, tenantId } = readAuthority(given)
  const cloud = await findCloud(authority, given, session)
  const proof = await readProof(given, session)
  const tokenClient = session.tokenClient(cloud, given["metadata-endpoint"])
  const credential = await createCredential(given["app-id"] ?? "", proof, tokenClient)
  session.tell(`Asking ${authority} as ${credential.account} with a ${proof.kind}`)
  return credential.requestToken({ tenantId, scope })
}

function readAuthority({ authority, tenant, "metadata-endpoint": metadataUrl }: Given) {
  if (metadataUrl !== undefined) return parseMetadataUrl(metadataUrl)
  if (tenant === undefined)
    throw usageError("the following arguments are required: --tenant or --metadata-endpoint")
  return { authority: trimSlashes(authority ?? azureCloud.authority), tenantId: tenant }
}

/** A server that was signed in to before is trusted in the same way. */
async function findCloud(authority: string, given: Given, session: Session): Promise<Cloud> {
  const known = (await session.profile.read()).clouds.find((cloud) => cloud.authority === authority)
  const cloud = known ?? { ...azureCloud, authority }
  const caCertificate = given["ca-certificate"]
  return caCertificate === undefined ? cloud : { ...cloud, caCertificate: resolve(caCertificate) }
}
