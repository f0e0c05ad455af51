import { resolve } from "node:path"
import { azureCloud, type Cloud, learnCloud } from "../cloud.ts"
import { toAccountRows, toListedAccount } from "../shapes/index.ts"
import { defineCommand, type Options, type Values } from "../command.ts"
import { CliError, usageError } from "../errors.ts"
import { createCredential, proofOptions, readProof } from "../proofs.ts"
import { openManagedIdentity, type Session } from "../session.ts"
import {
  type ArmSubscription,
  createArmClient,
  createMemoryTokenCache,
  createTokenSource,
  type Credential,
  readTokenClaims,
  type TokenCache,
} from "../../sdk/index.ts"
import {
  type AccountUser,
  addAccount,
  type Proof,
  readBootstrapFile,
  sameAccount,
  type Subscription,
} from "../state/index.ts"

const options = {
  bootstrap: { value: "FILE", sentence: "Signs in with the operator of a server's bootstrap file." },
  "service-principal": { sentence: "Signs in as an application." },
  username: { value: "ID", short: "u", sentence: "Id of the application." },
  ...proofOptions,
  identity: { short: "i", sentence: "Signs in with the managed identity of this machine." },
  "client-id": { value: "ID", sentence: "Id of a user-assigned managed identity." },
  tenant: { value: "TENANT", short: "t", sentence: "Id or domain of the tenant." },
  authority: {
    value: "URL",
    sentence: `Address of the server; without it ${azureCloud.authority}.`,
  },
  "ca-certificate": {
    value: "FILE",
    sentence: "Certificate (PEM) that the server's own leads to; kept with the account.",
  },
  "allow-no-subscriptions": { sentence: "Signs in where the account has no subscription, for tokens alone." },
} as const satisfies Options

/** The ways in, and what they share: learn the cloud, get a first token, list the subscriptions, keep all of it. */
export const command = defineCommand({
  options,
  examples: [
    { does: "As the operator of a server of one's own", line: "login --bootstrap data/bootstrap.json" },
    {
      does: "As an application, with its secret",
      line: "login --service-principal --username APPID --tenant TENANT --secret-file secret.txt",
    },
    {
      does: "As an application, with its certificate, at a server of one's own",
      line: "login --service-principal --username APPID --tenant TENANT --certificate app.pem --authority https://localhost:8443 --ca-certificate data/tls/ca.pem",
    },
    { does: "With a managed identity", line: "login --identity --client-id ID" },
  ],
  toTable: toAccountRows,
  run: async (given, session) => {
    const signIn = await readSignIn(given, session)
    const cache = createMemoryTokenCache({ now: () => session.terminal.now() })
    const subscriptions = await listSubscriptions(signIn, cache, session)
    if (subscriptions.length === 0 && !given["allow-no-subscriptions"]) {
      throw new CliError(`No subscriptions found for ${signIn.user.name}.`, {
        hints: ["Give it a role first, or add --allow-no-subscriptions for tokens alone."],
      })
    }
    return keep(signIn, subscriptions, cache, session)
  },
})

interface SignIn {
  cloud: Cloud
  /** Id or domain. */
  tenantId: string
  user: AccountUser
  credential: Credential
  /** What is kept for later tokens; a managed identity needs nothing. */
  proof?: Proof
}

type Given = Values<typeof options>

async function readSignIn(given: Given, session: Session): Promise<SignIn> {
  if (given.bootstrap !== undefined) return fromBootstrap(given.bootstrap, session)
  if (!given.identity && !given["service-principal"]) {
    throw usageError("It is not said how to sign in", [
      "Give --bootstrap FILE, --service-principal or --identity.",
    ])
  }
  const caCertificate = given["ca-certificate"] === undefined ? undefined : resolve(given["ca-certificate"])
  const authority = given.authority ?? azureCloud.authority
  const learn = () => learnCloud(session.http(caCertificate), authority, caCertificate)
  if (given.identity) return fromIdentity(given["client-id"], await learn(), session)
  const { username, tenant } = given
  const missing = [username === undefined && "--username", tenant === undefined && "--tenant"].filter(Boolean)
  if (username === undefined || tenant === undefined) {
    throw usageError(`the following arguments are required: ${missing.join(", ")}`)
  }
  const proof = await readProof(given, session)
  return fromProof({ cloud: await learn(), tenantId: tenant, clientId: username, proof }, session)
}

interface Application {
  cloud: Cloud
  tenantId: string
  clientId: string
  proof: Proof
}

async function fromProof(
  { cloud, tenantId, clientId, proof }: Application,
  session: Session,
): Promise<SignIn> {
  const credential = await createCredential(clientId, proof, session.tokenClient(cloud))
  return { cloud, tenantId, user: { name: clientId, type: "servicePrincipal" }, credential, proof }
}

async function fromBootstrap(path: string, session: Session): Promise<SignIn> {
  const { cloud: told, tenantId, operator } = await readBootstrapFile(path)
  session.redactor.add(operator.clientSecret)
  const learned = await learnCloud(session.http(told.caCertificate), told.authority)
  const proof: Proof = { kind: "clientSecret", clientSecret: operator.clientSecret }
  return fromProof({ cloud: { ...learned, ...told }, tenantId, clientId: operator.clientId, proof }, session)
}

async function fromIdentity(clientId: string | undefined, cloud: Cloud, session: Session): Promise<SignIn> {
  const assignedIdentityInfo = clientId === undefined ? "MSI" : `MSIClient-${clientId}`
  const name = clientId === undefined ? "systemAssignedIdentity" : "userAssignedIdentity"
  const credential = openManagedIdentity(session, assignedIdentityInfo)
  const scope = `${cloud.resourceManagerAudience}/.default`
  const { token } = await credential.requestToken({ tenantId: "", scope })
  const { tid: tenantId } = readTokenClaims(token)
  if (typeof tenantId !== "string") throw new CliError("The managed identity's token names no tenant")
  return { cloud, tenantId, user: { name, type: "servicePrincipal", assignedIdentityInfo }, credential }
}

/** Signs in by asking for the first token, anew whatever is cached, and tells what it opens. Keeps nothing yet. */
async function listSubscriptions(
  signIn: SignIn,
  cache: TokenCache,
  session: Session,
): Promise<Subscription[]> {
  const { cloud, tenantId, credential } = signIn
  const { authority, resourceManager, resourceManagerAudience: audience } = cloud
  const { getToken } = createTokenSource({ credential, cache, authority, tenantId })
  const arm = createArmClient({
    http: session.http(cloud.caCertificate),
    resourceManager,
    audience,
    getToken,
  })
  const found: Subscription[] = []
  for await (const subscription of arm.listSubscriptions()) found.push(toSubscription(subscription, signIn))
  return found
}

/** Writes down what succeeded; what the account had before goes. */
async function keep(signIn: SignIn, found: readonly Subscription[], cache: TokenCache, session: Session) {
  const { cloud, credential, proof } = signIn
  const { authority } = cloud
  const [first] = await cache.list()
  const tenantId = first ? tenantOf(first.token, signIn.tenantId) : signIn.tenantId
  const added = found.length > 0 ? found : [tenantLevel({ ...signIn, tenantId })]
  await session.tokens.delete(
    (token) => token.authority === authority && token.account === credential.account,
  )
  for (const token of await cache.list()) await session.tokens.set({ ...token, tenantId })
  if (proof) await session.credentials.set({ authority, tenantId, clientId: credential.account, proof })
  await session.profile.update((profile) => addAccount(profile, cloud, added))
  const profile = await session.profile.read()
  return profile.subscriptions
    .filter((one) => added.some((other) => sameAccount(one, other)))
    .map((one) => toListedAccount(one, profile))
}

/** A tenant may be signed in to by its domain; what is kept has its id. */
function tenantOf(token: string, given: string): string {
  const { tid } = readTokenClaims(token)
  return typeof tid === "string" ? tid : given
}

function toSubscription(found: ArmSubscription, { tenantId, cloud, user }: SignIn): Subscription {
  return {
    id: found.subscriptionId,
    name: found.displayName,
    state: found.state,
    tenantId: found.tenantId ?? tenantId,
    homeTenantId: found.tenantId ?? tenantId,
    isDefault: false,
    managedByTenants: found.managedByTenants ?? [],
    authority: cloud.authority,
    user,
  }
}

/** Stands for the tenant of an account that has no subscription. */
function tenantLevel({ cloud, tenantId, user }: SignIn): Subscription {
  return {
    id: tenantId,
    name: "N/A(tenant level account)",
    state: "Enabled",
    tenantId,
    homeTenantId: tenantId,
    isDefault: false,
    managedByTenants: [],
    authority: cloud.authority,
    user,
  }
}
