import type { FastifyRequest } from "fastify"

const loopbackNames = ["localhost", "127.0.0.1", "[::1]"]

/**
 * Whether the request asks for this machine by a name of its own. A web page whose name was made to resolve to this
 * machine (DNS rebinding) asks for its own name, and must not reach the loopback listener as if it were ours.
 *
 * @param besides further names that mean this machine, lower case
 */
export function asksForLoopback({ headers }: FastifyRequest, besides: readonly string[] = []): boolean {
  const name = headers.host?.toLowerCase().replace(/:\d+$/, "")
  return name !== undefined && [...loopbackNames, ...besides].includes(name)
}
