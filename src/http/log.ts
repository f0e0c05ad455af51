export type LogLevel = "debug" | "info" | "warn" | "error" | "silent"
export type LogFormat = "json" | "text"

/** Names and numbers of one thing that happened. Values that could be secret do not belong here. */
export type LogFields = Record<string, string | number | boolean | null | undefined>

export interface Log {
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  /** `cause` is logged by name, message and stack; messages of ours never hold a secret. */
  error(event: string, cause: unknown, fields?: LogFields): void
}

export interface LogOptions {
  level: LogLevel
  format: LogFormat
  /** Where lines go; standard error when not given. */
  destination?: LogDestination
}

export interface LogDestination {
  write(lines: string): void
}

/** In the numbers that log readers know from bunyan and pino. */
const severities = { debug: 20, info: 30, warn: 40, error: 50, silent: 60 }

interface Happening {
  severity: "info" | "warn" | "error"
  event: string
  fields: LogFields
  cause?: unknown
}

/** One line an event: JSON for machines, text for a person at a terminal. */
export function createLog({ level, format, destination = standardError() }: LogOptions): Log {
  const toLine = format === "json" ? toJson : toText
  const write = (happening: Happening) => {
    if (severities[happening.severity] < severities[level]) return
    destination.write(`${toLine(happening, new Date().toISOString())}\n`)
  }
  return {
    info: (event, fields = {}) => write({ severity: "info", event, fields }),
    warn: (event, fields = {}) => write({ severity: "warn", event, fields }),
    error: (event, cause, fields = {}) => write({ severity: "error", event, fields, cause }),
  }
}

function toJson({ severity, event, fields, cause }: Happening, time: string): string {
  const err = cause === undefined ? {} : { err: toPlain(cause) }
  return JSON.stringify({ level: severities[severity], time, msg: event, ...fields, ...err })
}

function toPlain(cause: unknown): object {
  if (!(cause instanceof Error)) return { message: String(cause) }
  const { name, message, stack } = cause
  return { name, message, stack, ...(cause.cause === undefined ? {} : { cause: toPlain(cause.cause) }) }
}

function toText({ severity, event, fields, cause }: Happening, time: string): string {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined)
  const rest = given.map(([name, value]) => `${name}=${String(value)}`)
  const mark = severity === "info" ? "" : `${severity} `
  const trace = cause === undefined ? "" : `\n${toTrace(cause)}`
  return [time.slice(11, 19), mark + event, ...rest].join(" ") + trace
}

function toTrace(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  const trace = cause.stack ?? cause.message
  return cause.cause === undefined ? trace : `${trace}\nCaused by: ${toTrace(cause.cause)}`
}

/** What one turn of the event loop logs is written with one call; nothing is left behind when the process ends by itself. */
function standardError(): LogDestination {
  let pending = ""
  const flush = () => {
    process.off("exit", flush)
    process.stderr.write(pending)
    pending = ""
  }
  return {
    write: (lines) => {
      if (pending === "") {
        setImmediate(flush)
        process.on("exit", flush)
      }
      pending += lines
    },
  }
}
