/**
 * What the client remembers between commands, and where: servers and accounts (`profile.ts`), what proves the accounts
 * (`credential-file.ts`), the places of all its files (`client-files.ts`); and the file by which a server tells it all
 * of that at once (`bootstrap-file.ts`). Access tokens are the SDK's cache; what is done with any of it is the session's.
 *
 * Governing documents: contracts/az.md 6 and 9 for the words, STORIES A and B.
 */
export { type BootstrapFile, readBootstrapFile } from "./bootstrap-file.ts"
export { type ClientFiles, clientFiles } from "./client-files.ts"
export {
  type CredentialFile,
  openCredentialFile,
  type Proof,
  type StoredCredential,
} from "./credential-file.ts"
export {
  type AccountUser,
  addAccount,
  findSubscription,
  openProfile,
  type Profile,
  type ProfileFile,
  sameAccount,
  setDefault,
  type Subscription,
} from "./profile.ts"
