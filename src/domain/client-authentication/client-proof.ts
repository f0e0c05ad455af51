import type { ApplicationRecord } from "../../storage/records.ts"
import type { DomainContext } from "../context.ts"

/** One way for a client to prove itself. */
export interface ClientProof {
  /** What the token says about it. */
  readonly strength: "secret" | "certificate"
  /** @throws DomainError `unauthenticated`, `expired` or `invalidInput`, its `reason` one word for the surface */
  verify(context: DomainContext, claimed: ClaimedClient, presented: string): Promise<void>
}

/** The application that a request says to come from; nothing is proven yet. */
export interface ClaimedClient {
  application: ApplicationRecord
  /** What an assertion may name as its audience: our own addresses for this tenant, lower case. */
  audiences: () => readonly string[]
}
