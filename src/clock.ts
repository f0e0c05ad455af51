/**
 * The clock: epoch seconds, as JWT and Key Vault count them. Everything that asks for the time
 * gets a `Clock`, so that tests can freeze it.
 */
export interface Clock {
  /** Whole seconds since 1970-01-01T00:00:00Z. */
  now(): number
}

/** A clock that stands still until it is told to move. */
export interface FrozenClock extends Clock {
  advance(seconds: number): void
  set(epochSeconds: number): void
}

export const systemClock: Clock = {
  now: () => Math.floor(Date.now() / 1000),
}

export function frozenClock(startAt: number): FrozenClock {
  let current = startAt
  return {
    now: () => current,
    advance: (seconds) => {
      current += seconds
    },
    set: (epochSeconds) => {
      current = epochSeconds
    },
  }
}
