/**
 * Who is asking: an app token (with or without the word Bearer), a name and password (Basic), or a
 * session cookie. An Authorization header decides alone: a bad one is not made good by a cookie.
 * @see contracts/app-tokens.md 1.3
 */
import type { FastifyRequest } from "fastify"
import {
  type AppTokenCaller,
  type AppTokenContext,
  looksLikeAppToken,
  signIn,
  toAppTokenCaller,
  verifyAppToken,
  verifySession,
} from "../../domain/app-tokens/index.ts"
import { sessionCookieName } from "../../wire/app-token.ts"
import { correlationIdOf } from "../correlation.ts"
import { AppTokenError, signInChallenge } from "./errors.ts"

export interface Authenticated {
  caller: AppTokenCaller
  means: "appToken" | "password" | "session"
}

/** @throws AppTokenError, DomainError `unauthenticated`, `throttled` */
export async function authenticate(
  context: AppTokenContext,
  request: FastifyRequest,
): Promise<Authenticated> {
  const correlationId = correlationIdOf(request)
  const { authorization } = request.headers
  if (authorization !== undefined) return byHeader(context, request, authorization.trim())
  const session = cookieOf(request, sessionCookieName)
  if (session === undefined) {
    throw new AppTokenError(
      "credentialsMissing",
      "Present an app token in the Authorization header, or sign in first",
      { headers: signInChallenge },
    )
  }
  const identity = await verifySession(context, session)
  return {
    caller: toAppTokenCaller({ identity, tokenRoles: identity.tokenRoles }, correlationId),
    means: "session",
  }
}

async function byHeader(
  context: AppTokenContext,
  request: FastifyRequest,
  authorization: string,
): Promise<Authenticated> {
  const correlationId = correlationIdOf(request)
  const [, scheme, value] = /^(bearer|basic) +(\S+)$/i.exec(authorization) ?? []
  if (scheme?.toLowerCase() === "basic") {
    const identity = await signIn(context, { ...parseBasic(value ?? ""), address: request.ip, correlationId })
    return {
      caller: toAppTokenCaller({ identity, tokenRoles: identity.tokenRoles }, correlationId),
      means: "password",
    }
  }
  const token = value ?? authorization
  if (!looksLikeAppToken(token)) throw malformed()
  return { caller: toAppTokenCaller(await verifyAppToken(context, token), correlationId), means: "appToken" }
}

/** @see RFC 7617 section 2, https://www.rfc-editor.org/rfc/rfc7617.html#section-2 */
function parseBasic(encoded: string): { name: string; password: string } {
  const text = Buffer.from(encoded, "base64").toString("utf8")
  const colon = text.indexOf(":")
  if (colon < 1) throw malformed()
  return { name: text.slice(0, colon), password: text.slice(colon + 1) }
}

function malformed(): AppTokenError {
  return new AppTokenError(
    "credentialsInvalid",
    "The Authorization header holds neither an app token nor a user name and password",
    { headers: { "WWW-Authenticate": 'Bearer error="invalid_token"' } },
  )
}

function cookieOf(request: FastifyRequest, name: string): string | undefined {
  const pairs = (request.headers.cookie ?? "").split(";").map((pair) => pair.trim())
  const value = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1)
  return value === "" ? undefined : value
}
