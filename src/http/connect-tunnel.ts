import type { IncomingMessage, Server } from "node:http"
import type { Duplex } from "node:stream"

export interface TunnelOptions {
  /** Whether `host:port` names this server. Everything else is refused: this is no open proxy. */
  isOurs(authority: string): boolean
  /** The TLS server that takes over the connection. */
  target: Server
}

/**
 * Answers CONNECT by handing the connection to our own TLS listener, so that
 * `HTTPS_PROXY=http://127.0.0.1:5000` reaches every vault name without DNS.
 *
 * @see RFC 9110 section 9.3.6, https://www.rfc-editor.org/rfc/rfc9110.html#section-9.3.6
 */
export function tunnelToOurselves(server: Server, options: TunnelOptions): void {
  server.on("connect", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy())
    if (!options.isOurs(request.url ?? "")) {
      socket.end(
        "HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n" +
          "This proxy leads to keybearer only. Exclude other hosts with NO_PROXY.\n",
      )
      return
    }
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\n")
    if (head.length > 0) socket.unshift(head)
    options.target.emit("connection", socket)
  })
}
