/**
 * Users: people in a tenant's directory and the passwords they prove themselves with. It owns making
 * them and checking a password; it does not own sessions or tokens (tokens/, app-tokens/).
 *
 * Governing documents: DESIGN 5 (human passwords), contracts/entra.md 4.
 */
export { createUser, insertUser, type NewUser, setUserPassword, toUser } from "./create-user.ts"
export { findUser, verifyUserPassword } from "./verify-user-password.ts"
