/** docs/cli.md, from the table of commands: `node tools/cli-docs.ts` writes it, test/cli/usage.test.ts compares it. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { globalOptions, type Options, type OptionSpec } from "../src/cli/command.ts"
import { type CommandEntry, commands } from "../src/cli/commands.ts"
import { formatOptionsTable } from "../src/config/index.ts"

export const cliDocsPath = join(import.meta.dirname, "..", "docs", "cli.md")

const introduction = `# The command line

\`keybearer COMMAND --help\` tells the same on the terminal. The answer goes to standard output, everything else to
standard error. Exit codes: 0 done, 1 failed, 2 called wrongly, 3 the thing to show is not there.

What the client remembers is in \`$KEYBEARER_CONFIG_DIR\`, by default \`$XDG_STATE_HOME/keybearer\` or
\`~/.local/state/keybearer\`: servers and accounts, access tokens, and what proves the accounts, in files that only their
owner may read. \`KEYBEARER_CA\` names a further certificate (PEM) to trust. \`localhost\` and every name below it reach this
machine without DNS.

\`login\`, \`logout\`, \`account …\` and \`rest\` do what their namesakes of the Azure CLI do, and
\`account get-access-token\` prints the same bytes; the official SDKs' \`AzureCliCredential\` takes them.
`

export async function formatCliDocs(): Promise<string> {
  const sections = await Promise.all(commands.map(formatCommand))
  return [
    introduction,
    `## Arguments of every command\n\n${formatArguments(globalOptions)}`,
    "## Commands\n",
    ...sections,
  ].join("\n")
}

async function formatCommand({ name, summary, load }: CommandEntry): Promise<string> {
  const { options, examples, moreHelp } = await load()
  const lines = examples.map(({ does, line }) => `# ${does}\nkeybearer ${line}\n`).join("\n")
  const table = moreHelp ? formatOptionsTable() : formatArguments(options)
  return [`### ${name}\n`, `${summary}\n`, `\`\`\`sh\n${lines}\`\`\`\n`, table].join("\n")
}

function formatArguments(options: Options): string {
  const rows = Object.entries(options).map(formatArgument)
  if (rows.length === 0) return ""
  return `| Argument | Takes | Meaning |\n| --- | --- | --- |\n${rows.join("")}`
}

function formatArgument([
  name,
  { value = "", short, aliases = [], many, sentence, required, positional, choices },
]: [string, OptionSpec]): string {
  const forms = [name, ...aliases, ...(short === undefined ? [] : [short])]
  const written = forms.map((form) => `\`${form.length === 1 ? "-" : "--"}${form}\``).join(", ")
  const notes = [
    ...(choices ? [`One of: ${choices.join(", ")}.`] : []),
    ...(required ? ["Required."] : []),
    ...(positional ? ["May stand without its name."] : []),
  ]
  return `| ${written} | ${value}${many ? "…" : ""} | ${[sentence, ...notes].join(" ")} |\n`
}

if (import.meta.main) writeFileSync(cliDocsPath, await formatCliDocs())
