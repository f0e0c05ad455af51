import { onTestFinished } from "vitest"
import type { StoreUnderTest } from "../conformance.ts"
import type { Store } from "../store.ts"

/** A store on a new place, closed when the test ends. */
export async function opened(subject: StoreUnderTest): Promise<Store> {
  return openedAt(subject, subject.newPlace())
}

export async function openedAt(subject: StoreUnderTest, place: string): Promise<Store> {
  const store = await subject.open(place)
  onTestFinished(() => store.close())
  return store
}
