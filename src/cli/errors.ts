/**
 * What a failed command prints, on standard error:
 *
 * 1. One line `ERROR: ` and what is wrong; more lines of the same text follow as they are.
 * 2. Then hints, one line each: what to do about it, as a command wherever there is one.
 * 3. Never a stack, unless `--debug`; never a secret or a token, not even then.
 *
 * Exit codes: 1 the command failed, 2 it was called wrongly, 3 a thing to show is not there.
 */
import { SdkError } from "../sdk/index.ts"

export type ExitCode = 0 | 1 | 2 | 3

export class CliError extends Error {
  override readonly name = "CliError"
  readonly hints: readonly string[]
  readonly exitCode: ExitCode

  constructor(message: string, { hints = [], exitCode = 1, cause }: CliErrorFields = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.hints = hints
    this.exitCode = exitCode
  }
}

export interface CliErrorFields {
  hints?: readonly string[]
  exitCode?: ExitCode
  cause?: unknown
}

/** Called wrongly: nothing was done. */
export function usageError(message: string, hints: readonly string[] = []): CliError {
  return new CliError(message, { hints, exitCode: 2 })
}

export interface Explained {
  message: string
  hints: readonly string[]
  exitCode: ExitCode
}

/** What is printed for any error. `isShow`: the command shows one thing, so that 404 has its own exit code. */
export function explainError(error: unknown, program: string, isShow: boolean): Explained {
  if (error instanceof CliError) return error
  if (error instanceof SdkError) return explainSdkError(error, program, isShow)
  const { code, path, message } = error as NodeJS.ErrnoException
  if (code !== undefined && path !== undefined) {
    return { message: `Cannot use ${path}: ${fileReasons[code] ?? code}`, hints: [], exitCode: 1 }
  }
  return { message: `Unexpected: ${message}`, hints: ["Run it again with --debug to see more."], exitCode: 1 }
}

const fileReasons: Record<string, string> = {
  ENOENT: "there is no such file",
  EACCES: "you may not open it",
  EISDIR: "it is a folder",
  EEXIST: "it is there already",
}

function explainSdkError(error: SdkError, program: string, isShow: boolean): Explained {
  const isMissing = error.kind === "refused" && error.status === 404
  const exitCode = isShow && isMissing ? 3 : 1
  // Token endpoints put their number into the text themselves.
  const isCoded = error.code !== undefined && error.kind === "refused" && !error.message.startsWith("AADSTS")
  const message = isCoded ? `(${error.code}) ${error.message}` : error.message
  return { message, hints: hintsFor(error, program), exitCode }
}

function hintsFor({ kind, innerCode, status }: SdkError, program: string): readonly string[] {
  if (kind === "untrusted") {
    return [
      "Give the server's CA certificate with --ca-certificate FILE or KEYBEARER_CA, and never switch the check off.",
      `Find out more: ${program} doctor`,
    ]
  }
  if (kind === "unreachable" || kind === "timeout")
    return [`Is the server running? Find out: ${program} doctor`]
  if (innerCode === "ForbiddenByRbac") {
    return [`Give the caller a role: ${program} role assign --assignee ID --role ROLE --vault-name NAME`]
  }
  if (innerCode !== undefined) return hintsOfTokenService[innerCode] ?? []
  return status === 401 ? [`Sign in again: ${program} login`] : []
}

const hintsOfTokenService: Record<string, readonly string[]> = {
  AADSTS7000215: ["The secret's value is needed, not its id."],
  AADSTS7000222: ["The secret has run out: make a new one for the application."],
  AADSTS700016: ["Check the application's id, and whether it is in this tenant."],
  AADSTS90002: ["Check the tenant's id or domain."],
  AADSTS500011: ["Check the scope: it is the resource's address and /.default."],
}
