export type Claims = Readonly<Record<string, unknown>>

/** What an app-only token says, whatever its version. */
export interface AppOnlyFacts {
  /** Origin of the authority, without a slash at the end. */
  authority: string
  tenantId: string
  /** The resource as it was asked for. */
  requestedAudience: string
  resourceAppId: string
  /** Whether the token says that an application holds it: resources of Azure ask for that. */
  saysHolderKind: boolean
  appId: string
  principalId: string
  strength: ClientStrength
  appRoles: readonly string[]
  /** ARM id of the managed identity, when it is one. */
  managedIdentityId: string | undefined
  issuedAt: number
  expiresAt: number
  tokenId: string
  /** Two values without meaning to anyone, in every token of Entra. */
  opaque: { aio: string; rh: string }
}

/** How the application proved itself. A managed identity counts as `certificate`. */
export type ClientStrength = "secret" | "certificate"

/** What a verifier needs of a token. */
export interface ReadFacts {
  tenantId: string
  appId: string
  principalId: string
  tokenId: string
  appRoles: readonly string[]
}

export interface TokenFormat {
  /** The audience that a token of this version names. */
  audienceOf(facts: Pick<AppOnlyFacts, "requestedAudience" | "resourceAppId">): string
  issuerOf(authority: string, tenantId: string): string
  /** Members of the JOSE header besides `alg`. */
  headerOf(kid: string): Record<string, string>
  toClaims(facts: AppOnlyFacts): Claims
  /** Undefined when a claim is missing or of another type. */
  read(claims: Claims): ReadFacts | undefined
}
