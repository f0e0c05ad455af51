import { DomainError } from "../errors.ts"

export interface ExpectedClaims {
  appId: string
  audiences: readonly string[]
  now: number
}

/** What the replay record needs. */
export interface AssertionClaims {
  jti: string | undefined
  expiresAt: number
}

const skewSeconds = 300
const maxLifetimeSeconds = 24 * 3600

/**
 * Checks what a client assertion says, once its signature holds. Times may have fractions, as MSAL for Python sends
 * them.
 *
 * @throws DomainError `unauthenticated` on `assertion` - `subject`, `audience` or `time`
 * @throws DomainError `invalidInput` on `assertion` - `jti` is no text
 * @see RFC 7523 section 3, https://www.rfc-editor.org/rfc/rfc7523.html#section-3
 */
export function verifyAssertionClaims(
  payload: Readonly<Record<string, unknown>>,
  { appId, audiences, now }: ExpectedClaims,
): AssertionClaims {
  const { iss, sub, aud, jti } = payload
  if (!isAppId(iss, appId) || !isAppId(sub, appId)) {
    throw refuse("subject", `Its issuer and subject must both be "${appId}"`)
  }
  if (!isOurs(aud, audiences)) throw refuse("audience", `One audience that fits is "${audiences[0] ?? ""}"`)
  if (jti !== undefined && typeof jti !== "string") {
    throw new DomainError("invalidInput", "assertion", { reason: "malformed", detail: "Its jti is not text" })
  }
  return { jti, expiresAt: assertTimes(payload, now) }
}

function isAppId(value: unknown, appId: string): boolean {
  return typeof value === "string" && value.toLowerCase() === appId
}

/** Of several audiences another could present the assertion to us: one, as text or as the only element. */
function isOurs(aud: unknown, audiences: readonly string[]): boolean {
  const [only, ...others] = Array.isArray(aud) ? (aud as unknown[]) : [aud]
  return others.length === 0 && typeof only === "string" && audiences.includes(only.toLowerCase())
}

/** @returns when the assertion ends, in whole seconds */
function assertTimes({ exp, nbf, iat }: Readonly<Record<string, unknown>>, now: number): number {
  if (!isInstant(exp)) throw refuse("time", "Its exp is missing or not a number of seconds")
  for (const beginning of [nbf, iat]) {
    if (beginning === undefined) continue
    if (!isInstant(beginning)) throw refuse("time", "Its nbf or iat is not a number of seconds")
    if (beginning > now + skewSeconds) throw refuse("time", "It is not valid yet; check the clocks")
    if (exp - beginning > maxLifetimeSeconds)
      throw refuse("time", "It lives longer than 24 hours; ten minutes do")
  }
  if (exp <= now - skewSeconds) throw refuse("time", "It has expired; check the clocks")
  if (exp > now + maxLifetimeSeconds + skewSeconds) {
    throw refuse("time", "It lives longer than 24 hours; ten minutes do")
  }
  return Math.ceil(exp)
}

function isInstant(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0
}

function refuse(reason: "subject" | "audience" | "time", detail: string): DomainError {
  return new DomainError("unauthenticated", "assertion", { reason, detail })
}
