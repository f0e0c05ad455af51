import { DomainError } from "../errors.ts"
import type { DomainContext } from "../context.ts"
import { toIdentityNameKey } from "./identities.ts"

/** How long a name or address waits after too many failures. */
export const signInPauseSeconds = 60

const windowSeconds = 900
const failuresPerName = 20
const failuresPerAddress = 100
/** Beyond this many names and addresses the oldest are forgotten, so that guessing names fills no memory. */
const entriesMax = 10_000
const nameKeyCharactersMax = 256

interface Failures {
  count: number
  lastAt: number
}

/** Failures of this process, by store: a restart forgets them. */
const memories = new WeakMap<DomainContext["store"], Map<string, Failures>>()

export interface SignInAttempt {
  name: string
  /** Where the request came from. */
  address: string
}

/** @throws DomainError `throttled` - too many failures for this name or from this address, a moment ago */
export function assertMayTry(context: DomainContext, attempt: SignInAttempt): void {
  const now = context.clock.now()
  const memory = memoryOf(context)
  for (const [key, limit] of keysOf(attempt)) {
    const failures = memory.get(key)
    if (failures !== undefined && failures.count >= limit && now < failures.lastAt + signInPauseSeconds) {
      throw new DomainError("throttled", "user", {
        detail: `Too many failed sign-ins. Try again in ${signInPauseSeconds} seconds`,
        reason: "signIn",
      })
    }
  }
}

/** Counts an attempt as failed, until `forgetFailure` takes it back. */
export function rememberFailure(context: DomainContext, attempt: SignInAttempt): void {
  const now = context.clock.now()
  const memory = memoryOf(context)
  for (const [key] of keysOf(attempt)) {
    const before = memory.get(key)
    const stale = before === undefined || before.lastAt + windowSeconds < now
    memory.delete(key)
    memory.set(key, { count: stale ? 1 : before.count + 1, lastAt: now })
  }
  while (memory.size > entriesMax) memory.delete(memory.keys().next().value ?? "")
}

/**
 * The attempt was good after all. A proved name starts afresh; an address loses this one count only, or
 * one good account would shield guesses at others.
 */
export function forgetFailure(context: DomainContext, attempt: SignInAttempt): void {
  const memory = memoryOf(context)
  const [[nameKey], [addressKey]] = keysOf(attempt)
  memory.delete(nameKey)
  const failures = memory.get(addressKey)
  if (failures !== undefined) memory.set(addressKey, { ...failures, count: failures.count - 1 })
}

function keysOf({ name, address }: SignInAttempt): [[string, number], [string, number]] {
  // As identities are looked up, or each spelling of a name would have guesses of its own.
  const nameKey = toIdentityNameKey(name).slice(0, nameKeyCharactersMax)
  return [
    [`name ${nameKey}`, failuresPerName],
    [`address ${address}`, failuresPerAddress],
  ]
}

function memoryOf({ store }: DomainContext): Map<string, Failures> {
  let memory = memories.get(store)
  if (memory === undefined) memories.set(store, (memory = new Map()))
  return memory
}
