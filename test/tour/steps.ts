/** A story is a table of steps; the rows say in whose words they are told. */
export interface Story {
  title: string
  steps: readonly Step[]
}

export type Step = StepNow | StepLater

interface StepNow {
  /** As in STORIES: `A3`. */
  number: string
  says: string
  /** @throws when what is said is not so */
  run: () => void | Promise<void>
}

interface StepLater {
  number: string
  says: string
  /** What it waits for. */
  later: string
}

export function step(number: string, says: string, run: StepNow["run"]): Step {
  return { number, says, run }
}

export function later(number: string, says: string, waitsFor: string): Step {
  return { number, says, later: waitsFor }
}

export function isLater(step: Step): step is StepLater {
  return "later" in step
}
