/**
 * The client library: credentials, tokens and their cache, and clients for vaults, the resource manager and app
 * tokens, against Azure and against a keybearer server alike. It owns no command, no prompt and no setting: what it
 * needs is given. It knows nothing of the server's code, only the vocabulary in wire/.
 *
 * Governing documents: contracts/entra.md 2-3, contracts/keyvault.md 5, contracts/app-tokens.md 1, STORIES A and B.
 */
export { createAppTokenClient, type AppTokenClient, type AppTokenClientOptions } from "./app-token-client.ts"
export { type ApiCall, callApi, collect } from "./api-call.ts"
export * from "./arm-client.ts"
export type { SdkClock } from "./clock.ts"
export * from "./credentials/index.ts"
export {
  type ErrorAnswer,
  parseErrorAnswer,
  SdkError,
  type SdkErrorFields,
  type SdkErrorKind,
} from "./errors.ts"
export { withFileLock } from "./file-lock.ts"
export {
  createHttpClient,
  expectSuccess,
  type HttpAnswer,
  type HttpClient,
  type HttpClientOptions,
  type HttpExchange,
  type HttpRequest,
  readJson,
} from "./http-client.ts"
export { isLoopbackHost } from "./loopback.ts"
export { findFileText, writePrivateFile } from "./private-file.ts"
export * from "./token-cache.ts"
export { readTokenClaims } from "./token-claims.ts"
export {
  type AccessToken,
  createTokenClient,
  parseMetadataUrl,
  type TokenClient,
  type TokenClientOptions,
} from "./token-client.ts"
export { createTokenSource, type TokenSource, type TokenSourceOptions } from "./token-source.ts"
export * from "./vault-client.ts"
export type { AppTokenBody } from "../wire/app-token.ts"
export type { CertificateBundle, CertificateItem, SecretBundle, SecretItem } from "../wire/keyvault.ts"
