/**
 * Configuration of the server: every option, where its value comes from and whether it makes sense,
 * decided once before anything starts. It owns the one table of options, the root key material and the
 * public addresses; it does not own what the values are used for. Nothing else reads the environment:
 * it is an argument here too, and the result is frozen.
 *
 * | Need | File |
 * | --- | --- |
 * | an option, its default, its sentence | `schema.ts` |
 * | flags, environment and file into one `ServerConfig` | `load.ts`, from `sources.ts` and `values.ts` |
 * | `--help` and the reference page | `help.ts` |
 * | printing a configuration | `redact.ts` |
 * | the root key, other secrets in files | `root-key.ts`, `secret-file.ts` |
 * | public addresses | `endpoints.ts` |
 *
 * Governing documents: DESIGN 2 (run shapes), 5 (root key, development powers), STYLE 8.
 */
export { ConfigError } from "./config-error.ts"
export { createEndpoints, type BindableEndpoints, type ListeningPorts } from "./endpoints.ts"
export { formatOptions, formatOptionsTable } from "./help.ts"
export { loadConfig, type ConfigSources } from "./load.ts"
export { redactConfig } from "./redact.ts"
export { readRootKey, type RootKeyMaterial, type RootKeyRequest } from "./root-key.ts"
export type { AppTokenOptions, LogFormat, LogLevel, ServerConfig, StoreLocation } from "./schema.ts"
export { readSecretFile } from "./secret-file.ts"
