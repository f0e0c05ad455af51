/** What is wrong with the configuration: everything at once, each problem with its cure. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(toMessage(problems), options)
    this.name = "ConfigError"
    this.problems = problems
  }
}

function toMessage(problems: readonly string[]): string {
  if (problems.length === 1) return `Cannot start: ${problems[0]}`
  return [`Cannot start: the configuration has ${problems.length} problems`, ...problems].join("\n- ")
}
