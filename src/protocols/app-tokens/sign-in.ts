import { openSession, signIn as signInToIdentity } from "../../domain/app-tokens/index.ts"
import { returnUrl, sessionCookieName } from "../../wire/app-token.ts"
import { correlationIdOf } from "../correlation.ts"
import { bodyMembers, requiredText } from "./members.ts"
import type { OpenOperation } from "./operation.ts"

/** `POST /signin`: a session cookie for a name and password. */
export const signIn: OpenOperation = async (context, { request, reply, secure }) => {
  const members = bodyMembers(request)
  const identity = await signInToIdentity(context, {
    name: requiredText(members, "username"),
    password: requiredText(members, "password"),
    address: request.ip,
    correlationId: correlationIdOf(request),
  })
  const { value } = await openSession(context, identity)
  void reply.header("Set-Cookie", toCookie(value, secure))
  return { returnUrl }
}

/** Without an age: it ends with the browser, and with the session here. */
function toCookie(value: string, secure: boolean): string {
  return `${sessionCookieName}=${value}; Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`
}
