/**
 * The command line: finds the command, parses its arguments, runs it, prints its answer. It owns arguments, output,
 * texts, exit codes and the client's own files; talking to servers is sdk/, the server itself is loaded by `serve`
 * alone. A cached `account get-access-token` never comes here: bin/hot.js answers it.
 *
 * Governing documents: contracts/az.md 5, 6 and 10, STORIES A to C. One file a command: commands/; all of them:
 * commands.ts; the rules of what is printed: output.ts and errors.ts.
 */
import { runCommandLine } from "./run.ts"
import { processTerminal } from "./terminal.ts"

process.exitCode = await runCommandLine(process.argv.slice(2), processTerminal())
