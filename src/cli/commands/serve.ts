import { readFile } from "node:fs/promises"
import { ConfigError, formatOptions, loadConfig, type ServerConfig } from "../../config/index.ts"
import { defineCommand } from "../command.ts"
import { CliError } from "../errors.ts"
import { type Announced, announceCredentials, announceServer } from "../serve-banner.ts"
import type { Session } from "../session.ts"

/** The server's own options are the table in config/; standard output is for people, its log goes to standard error. */
export const command = defineCommand({
  options: {},
  moreHelp: formatOptions,
  examples: [
    { does: "On this machine, for keeps", line: "serve --data data --bootstrap-file data/bootstrap.json" },
    { does: "For a test: in memory, on free ports", line: "serve --ephemeral --port 0 --http-port 0" },
  ],
  run: async (_options, session) => {
    const { terminal } = session
    // Before anything else: whoever stops it while it starts means it too.
    const stopped = terminal.untilStopped()
    const config = await readConfig(session)
    const server = await start(config, session)
    terminal.writeOut(announceServer(server.announced, terminal.program))
    await stopped
    terminal.writeOut("Stopping\n")
    await server.close()
  },
})

async function readConfig({ args, terminal }: Session): Promise<ServerConfig> {
  try {
    return await loadConfig({
      argv: args,
      env: terminal.env,
      readFile: (path) => readFile(path, "utf8"),
      directory: process.cwd(),
    })
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause
    const hints = [`All options: ${terminal.program} serve --help`]
    throw new CliError(cause.message, { cause, exitCode: 2, hints })
  }
}

async function start(config: ServerConfig, { terminal }: Session) {
  const { startServer } = await import("../../server.ts")
  try {
    const server = await startServer(config, {
      env: terminal.env,
      showBootstrap: (bootstrap) => {
        const { isScreen } = terminal
        terminal.writeOut(announceCredentials(bootstrap, { bootstrapFile: config.bootstrapFile, isScreen }))
      },
    })
    const announced: Announced = {
      endpoints: server.context.endpoints,
      config,
      caCertificate: server.caCertificatePath,
      bootstrap: server.bootstrap,
    }
    return { announced, close: () => server.close() }
  } catch (cause) {
    // What cannot start says why and the cure in its own sentence.
    throw new CliError((cause as Error).message, { cause })
  }
}
