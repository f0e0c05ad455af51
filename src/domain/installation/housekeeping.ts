import type { DomainContext } from "../context.ts"
import { purgeExpiredObjects } from "../vault-objects/index.ts"

const objectsPerStep = 100

/**
 * What has to happen without anybody asking: purges deleted objects whose retention has ended, a bounded
 * number at a time so that requests get their turn in between.
 *
 * @returns how many objects were purged
 */
export async function keepHouse(context: DomainContext): Promise<number> {
  let purged = 0
  for (;;) {
    const step = await purgeExpiredObjects(context, objectsPerStep)
    purged += step
    if (step < objectsPerStep) return purged
  }
}
