import { type DestinationStream, pino } from "pino"

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
  destination?: DestinationStream
}

/** One line an event: JSON for machines, text for a person at a terminal. */
export function createLog({ level, format, destination }: LogOptions): Log {
  const stream = destination ?? pino.destination({ dest: 2, sync: true })
  const logger = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    format === "json" ? stream : { write: (line: string) => stream.write(toText(line)) },
  )
  return {
    info: (event, fields) => logger.info(fields ?? {}, event),
    warn: (event, fields) => logger.warn(fields ?? {}, event),
    error: (event, cause, fields) => logger.error({ ...fields, err: cause }, event),
  }
}

interface LogLine {
  time: string
  level: number
  msg: string
  err?: { stack?: string; message?: string }
  [field: string]: unknown
}

function toText(line: string): string {
  const { time, level, msg, err, ...fields } = JSON.parse(line) as LogLine
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`)
  const mark = level >= 50 ? "error " : level >= 40 ? "warn " : ""
  const trace = err === undefined ? "" : `\n${err.stack ?? err.message ?? ""}`
  return `${[time.slice(11, 19), mark + msg, ...rest].join(" ")}${trace}\n`
}
