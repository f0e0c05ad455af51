/**
 * `npm run tour`: starts a throw-away server and walks stories A and D as a person would, with curl, openssl, the
 * keybearer command and the unmodified official libraries. One line a step with its time; the first step that fails ends
 * the tour, with what was run and what it said. What a later issue brings is named, not left out. `-- D` walks that story
 * alone.
 */
import { isLater, type Step, type Story } from "./steps.ts"
import { storyA } from "./story-a.ts"
import { storyD } from "./story-d.ts"
import { openTour, type Tour } from "./travel.ts"

const startedAt = performance.now()
const tour = await openTour()
try {
  const stories = { A: storyA, D: storyD }
  const wanted = process.argv.slice(2)
  const chosen = Object.entries(stories).filter(([letter]) => wanted.length === 0 || wanted.includes(letter))
  const passed = await walk(
    tour,
    chosen.map(([, story]) => story(tour)),
  )
  if (passed) console.log(`\nthe tour took ${seconds(startedAt)}`)
  process.exitCode = passed ? 0 : 1
} finally {
  await tour.close()
}

async function walk(tour: Tour, stories: readonly Story[]): Promise<boolean> {
  for (const { title, steps } of stories) {
    console.log(`\n${title}`)
    for (const step of steps) {
      if (!(await take(tour, step))) return false
    }
  }
  return true
}

async function take(tour: Tour, step: Step): Promise<boolean> {
  const says = `${step.number.padEnd(4)} ${step.says}`
  if (isLater(step)) {
    console.log(`   later  ${says}: ${step.later}`)
    return true
  }
  const startedAt = performance.now()
  try {
    await step.run()
    console.log(`${seconds(startedAt).padStart(8)}  ${says}`)
    return true
  } catch (error) {
    console.log(`  FAILED  ${says}\n\n${tour.lastCommand}\n\n${(error as Error).stack ?? String(error)}`)
    return false
  }
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(2)} s`
}
