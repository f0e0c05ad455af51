import { invalidInput } from "../errors.ts"
import type { AppTokenContext } from "./settings.ts"

const daySeconds = 86_400

/** How long a token is asked to live; at most one of the two. */
export interface WantedLifetime {
  /** Epoch seconds. */
  expiresAt?: number | undefined
  lifetimeDays?: number | undefined
}

/**
 * When a token ends that is granted now.
 *
 * @throws DomainError `invalidInput` - in the past, or later than policy allows
 */
export function expiryOf(context: AppTokenContext, { expiresAt, lifetimeDays }: WantedLifetime): number {
  if (expiresAt !== undefined && lifetimeDays !== undefined) {
    throw invalidInput(
      "appToken",
      "expiration",
      "Give either a date or a number of days for the expiry, not both",
    )
  }
  if (lifetimeDays !== undefined && (!Number.isSafeInteger(lifetimeDays) || lifetimeDays < 1)) {
    throw invalidInput("appToken", "expiration", "The number of days is a whole number from 1")
  }
  const now = context.clock.now()
  const wanted = expiresAt ?? now + (lifetimeDays ?? context.appTokens.lifetimeDays) * daySeconds
  assertExpiry(context, wanted)
  return wanted
}

/** @throws DomainError `invalidInput` - in the past, or later than policy allows */
export function assertExpiry({ clock, appTokens }: AppTokenContext, expiresAt: number): void {
  const now = clock.now()
  if (!Number.isSafeInteger(expiresAt) || expiresAt <= now) {
    throw invalidInput("appToken", "expiration", "The expiry is not in the future")
  }
  if (expiresAt > now + appTokens.maxLifetimeDays * daySeconds) {
    throw invalidInput(
      "appToken",
      "expiration",
      `App tokens live at most ${appTokens.maxLifetimeDays} days here. Give an earlier expiry`,
    )
  }
}
