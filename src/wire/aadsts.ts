/**
 * The numbered errors of the token service, one row a code that is emitted. The numbers and their meaning are
 * Microsoft's, the sentences ours. No sentence may hold a word that MSAL takes for a demand to interact
 * (contracts/entra.md 2.13). Each code has its heading in docs/errors/aadsts.md.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */

export interface AadstsRow {
  /** The OAuth code, which programs read; the number is for people. */
  error: string
  status: 400 | 401 | 500
  text: string
  /** Whether Entra adds `error_uri` to this one. */
  hasErrorPage?: true
  /** Where status, `error` and meaning are from: a section of contracts/, or Microsoft's list. */
  source: string
}

export const aadsts = {
  28000: {
    error: "invalid_scope",
    status: 400,
    text: "The scope names more than one resource; ask for one token a resource.",
    source: "entra.md 2.8",
  },
  50000: {
    error: "server_error",
    status: 500,
    text: "The token service failed; its log has the cause under the trace id.",
    source: "Microsoft's list",
  },
  50027: {
    error: "invalid_request",
    status: 400,
    text: "The client assertion is not a well-formed JWT.",
    source: "entra.md 2.3",
  },
  50049: {
    error: "invalid_instance",
    status: 400,
    text: "The authorization endpoint is not one of this authority.",
    source: "entra.md 1.2",
  },
  50059: {
    error: "invalid_request",
    status: 400,
    text: "The request names no tenant: use its id or domain in the path, as an application belongs to one tenant.",
    source: "entra.md 2.5",
  },
  70003: {
    error: "unsupported_grant_type",
    status: 400,
    text: "The grant type is not supported.",
    source: "entra.md 2.5",
  },
  70011: {
    error: "invalid_scope",
    status: 400,
    text: "The scope is not valid.",
    source: "entra.md 2.8",
  },
  90002: {
    error: "invalid_request",
    status: 400,
    text: "The tenant was not found; check its id or domain.",
    hasErrorPage: true,
    source: "entra.md 1.3",
  },
  90014: {
    error: "invalid_request",
    status: 400,
    text: "A required field is missing.",
    source: "entra.md 2.13",
  },
  500011: {
    error: "invalid_resource",
    status: 400,
    text: "The resource was not found in the tenant; check the scope or resource, and register the application it means.",
    hasErrorPage: true,
    source: "entra.md 2.5",
  },
  700016: {
    error: "unauthorized_client",
    status: 400,
    text: "The application was not found in the tenant; check the client id and the tenant.",
    source: "entra.md 2.13",
  },
  700021: {
    error: "invalid_client",
    status: 401,
    text: "The client assertion speaks for another application: its issuer and subject must both be the client id.",
    source: "entra.md 2.3",
  },
  700023: {
    error: "invalid_client",
    status: 401,
    text: "The client assertion is meant for another audience: it must be the token endpoint or the issuer of the tenant.",
    source: "entra.md 2.3",
  },
  700024: {
    error: "invalid_client",
    status: 401,
    text: "The client assertion is not within its valid time range.",
    source: "entra.md 2.3",
  },
  700027: {
    error: "invalid_client",
    status: 401,
    text: "The client assertion is not validly signed by a certificate of the application.",
    source: "entra.md 2.3",
  },
  700038: {
    error: "unauthorized_client",
    status: 400,
    text: "The client id is not a valid application identifier: give the GUID of an application.",
    source: "entra.md 2.13",
  },
  900023: {
    error: "invalid_request",
    status: 400,
    text: "The tenant in the path is neither a GUID nor a domain name.",
    source: "entra.md 1.3",
  },
  900144: {
    error: "invalid_request",
    status: 400,
    text: "The request body, in the form application/x-www-form-urlencoded, lacks a required parameter.",
    source: "entra.md 2.1",
  },
  900561: {
    error: "invalid_request",
    status: 400,
    text: "The endpoint accepts POST requests only.",
    source: "entra.md 2.1",
  },
  901002: {
    error: "invalid_request",
    status: 400,
    text: "The parameter resource is not supported on this endpoint: use scope, such as https://vault.azure.net/.default.",
    source: "entra.md 2.8",
  },
  1000502: {
    error: "invalid_client",
    status: 401,
    text: "The certificate that signed the client assertion is not within its validity period.",
    source: "entra.md 2.3",
  },
  1002012: {
    error: "invalid_scope",
    status: 400,
    text: "For client credentials the scope must be a resource identifier followed by /.default.",
    source: "entra.md 2.5",
  },
  7000112: {
    error: "unauthorized_client",
    status: 400,
    text: "The application is disabled.",
    source: "entra.md 2.13",
  },
  7000215: {
    error: "invalid_client",
    status: 401,
    text: "The client secret is wrong. Send the value of the secret, not its id.",
    hasErrorPage: true,
    source: "entra.md 2.2",
  },
  7000216: {
    error: "invalid_client",
    status: 401,
    text: "The grant needs proof of the application: a client secret or a client assertion.",
    source: "entra.md 2.13",
  },
  7000222: {
    error: "invalid_client",
    status: 401,
    text: "The client secret has expired: add a new one to the application.",
    source: "entra.md 2.2",
  },
  7000232: {
    error: "invalid_client",
    status: 401,
    text: "A managed identity cannot prove itself with a credential: ask the managed identity endpoint for its token.",
    source: "entra.md 2.2",
  },
  7000272: {
    error: "invalid_client",
    status: 401,
    text: "The application has no certificate with the key id of the client assertion.",
    source: "entra.md 2.3",
  },
  9002313: {
    error: "invalid_request",
    status: 400,
    text: "The request is malformed.",
    source: "entra.md 2.1",
  },
} as const satisfies Record<number, AadstsRow>

export type AadstsCode = keyof typeof aadsts
