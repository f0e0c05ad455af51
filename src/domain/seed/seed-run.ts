import type { Caller } from "../access/index.ts"
import type { DomainContext } from "../context.ts"
import { DomainError } from "../errors.ts"
import { SeedError } from "./seed-error.ts"

/** What became of one thing that a seed declares. */
export type Outcome = "created" | "updated" | "unchanged"

export interface SeedOutcome extends Record<Outcome, number> {
  /** Declared things that stay as a person left them. */
  notes: string[]
}

/** One application of a seed. */
export interface SeedRun {
  context: DomainContext
  /** Location of what names none. */
  region: string
  defaultTenantId: string
  /** keybearer itself, in a tenant. */
  callerOf(tenantId: string): Caller
  count(outcome: Outcome): void
  note(sentence: string): void
}

/** Applies each declaration of a list, in order; a refusal gets its place in the file. */
export async function applyAll<Item>(
  run: SeedRun,
  place: string,
  items: readonly Item[],
  apply: (run: SeedRun, item: Item, place: string) => Promise<void>,
): Promise<void> {
  for (const [index, item] of items.entries()) {
    const itemPlace = `${place}[${index}]`
    try {
      await apply(run, item, itemPlace)
    } catch (error) {
      if (!(error instanceof DomainError)) throw error
      throw new SeedError([`${itemPlace}: ${error.detail}`], { cause: error })
    }
  }
}

/** Counts what was made; answers undefined where the same thing was there already. */
export async function createUnlessThere<Made>(
  run: SeedRun,
  create: () => Promise<Made>,
): Promise<Made | undefined> {
  try {
    const made = await create()
    run.count("created")
    return made
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind !== "alreadyExists") throw error
    run.count("unchanged")
    return undefined
  }
}
