import { once } from "node:events"
import type { IncomingMessage, Server, ServerResponse } from "node:http"
import type { Duplex } from "node:stream"

/** Counts what is being answered and knows every connection, so that a stop waits for the first only. */
export class Connections {
  readonly #open = new Set<Duplex>()
  #running = 0
  #idle: (() => void) | undefined

  watch(server: Server): void {
    server.on("connection", (socket: Duplex) => this.add(socket))
    server.on("request", (_request: IncomingMessage, response: ServerResponse) => {
      this.#running += 1
      response.once("close", () => {
        this.#running -= 1
        if (this.#running === 0) this.#idle?.()
      })
    })
  }

  add(socket: Duplex): void {
    this.#open.add(socket)
    socket.once("close", () => this.#open.delete(socket))
  }

  /** Stops accepting, waits for running requests but no longer than the grace, then closes all. */
  async stop(servers: readonly Server[], graceMs: number): Promise<void> {
    const closed = Promise.all(
      servers.map(async (server) => {
        const event = once(server, "close")
        server.close()
        await event
      }),
    )
    await this.#whenIdle(graceMs)
    for (const socket of this.#open) socket.destroy()
    await closed
  }

  async #whenIdle(graceMs: number): Promise<void> {
    if (this.#running === 0) return
    await new Promise<void>((resolve) => {
      const grace = setTimeout(resolve, graceMs)
      this.#idle = () => {
        clearTimeout(grace)
        resolve()
      }
    })
  }
}
