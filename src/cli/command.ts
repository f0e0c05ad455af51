import type { Session } from "./session.ts"

/** One argument of a command. Its name in the table is its long form: `vault-name` is `--vault-name`. */
export interface OptionSpec {
  /** What stands for the value in the help: `NAME`. Without it the option is a switch. */
  readonly value?: string
  /** One letter: `g` is `-g`. */
  readonly short?: string
  /** Other long forms. */
  readonly aliases?: readonly string[]
  /** Takes all values up to the next option. */
  readonly many?: true
  readonly required?: true
  /** May also stand without its name; several do in the order of the table. */
  readonly positional?: true
  readonly choices?: readonly string[]
  /** For the help. */
  readonly sentence: string
}

export type Options = Readonly<Record<string, OptionSpec>>

/** What a command gets for its options: text, list or switch. */
export type Values<O extends Options> = { readonly [Name in keyof O]: ValueOf<O[Name]> }
type ValueOf<Spec extends OptionSpec> = Spec extends { value: string }
  ? Spec extends { many: true }
    ? readonly string[] | undefined
    : Spec extends { required: true }
      ? string
      : string | undefined
  : boolean

export interface Example {
  does: string
  /** Without the program's name. */
  line: string
}

/** A command as a record; its name and summary are its row in commands.ts. */
export interface Command<O extends Options = Options> {
  readonly options: O
  readonly examples: readonly Example[]
  /** Arguments that come from a table of their own, for the help. */
  readonly moreHelp?: () => string
  /** Rows of `-o table`, when the answer's own members do not make good columns. */
  readonly toTable?: (answer: never) => unknown
  /** Printed when no `-o` is given, instead of JSON. */
  readonly toText?: (answer: never) => string
  /** Answers what is printed; undefined prints nothing. */
  run(options: Values<O>, session: Session): Promise<unknown>
}

/** A command whose options are known by name only, as the table holds it. */
export interface AnyCommand extends Omit<Command, "run"> {
  run(options: never, session: Session): Promise<unknown>
}

/** Lets the compiler tell the type of each option from its spec. */
export function defineCommand<const O extends Options>(command: Command<O>): Command<O> {
  return command
}

/** Understood by every command. */
export const globalOptions = {
  output: {
    value: "FORMAT",
    short: "o",
    choices: ["json", "jsonc", "yaml", "yamlc", "table", "tsv", "none"],
    sentence: "How the answer is printed.",
  },
  query: { value: "JMESPATH", sentence: "Picks a part of the answer (https://jmespath.org)." },
  verbose: { sentence: "Tells on standard error what is done." },
  debug: { sentence: "Tells every request on standard error, without secrets and tokens." },
  "only-show-errors": { sentence: "Leaves warnings out." },
  help: { short: "h", sentence: "Explains the command." },
} as const satisfies Options
