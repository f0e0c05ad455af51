/** What is wrong with a seed file: each problem with its place in the file, never with a value from it. */
export class SeedError extends Error {
  override readonly name = "SeedError"
  readonly problems: readonly string[]

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(toMessage(problems), options)
    this.problems = problems
  }
}

function toMessage(problems: readonly string[]): string {
  if (problems.length === 1) return `The seed file has a problem: ${problems[0]}`
  return [`The seed file has ${problems.length} problems`, ...problems].join("\n- ")
}
