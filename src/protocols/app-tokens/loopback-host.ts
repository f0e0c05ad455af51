import type { FastifyRequest } from "fastify"
import { AppTokenError } from "./errors.ts"

const loopbackNames = ["localhost", "127.0.0.1", "[::1]"]

/**
 * Refuses requests to the loopback listener that were meant for another host name: a web page whose
 * name was made to resolve to this machine (DNS rebinding) must not reach it as its own origin.
 *
 * @throws AppTokenError `wrongHost`
 */
export function assertLoopbackHost({ headers }: FastifyRequest): void {
  const name = headers.host?.toLowerCase().replace(/:\d+$/, "")
  if (name !== undefined && loopbackNames.includes(name)) return
  throw new AppTokenError(
    "wrongHost",
    "This address answers to the host names localhost, 127.0.0.1 and [::1] only",
  )
}
